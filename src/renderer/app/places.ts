import {
  ChartLine,
  FileSpreadsheet,
  History,
  Scale,
  Settings,
  Users,
  type LucideIcon,
} from 'lucide-react';

export type Place = {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Screens without an entry of their own that belong here. */
  alsoHref?: string;
};

/** The main places, in the order of the sidebar and of the keys Ctrl/Cmd+1 to 6. */
export const places: readonly Place[] = [
  { href: '/', label: 'Overview', icon: Scale },
  { href: '/clients', label: 'Clients', icon: Users, alsoHref: '/intents' },
  { href: '/history', label: 'History', icon: History },
  { href: '/rates', label: 'Rates', icon: ChartLine },
  { href: '/reports', label: 'Reports', icon: FileSpreadsheet },
  { href: '/settings', label: 'Settings', icon: Settings },
];

/** True when `location` is the place, lies below it or belongs to it. */
export function isWithin(location: string, { href, alsoHref }: Place): boolean {
  const roots = alsoHref === undefined ? [href] : [href, alsoHref];
  return roots.some(
    (root) => location === root || (root !== '/' && location.startsWith(`${root}/`)),
  );
}
