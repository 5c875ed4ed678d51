import {
  ChartLine,
  FileSpreadsheet,
  History,
  Scale,
  SendHorizontal,
  Settings,
  ShieldCheck,
  Users,
  type LucideIcon,
} from 'lucide-react';

export type Place = {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Screens elsewhere that belong here and to no other place. */
  alsoHref?: string;
  /** With Ctrl/Cmd; the others have none. */
  key?: string;
};

/** The main places, in the order of the sidebar. */
export const places: readonly Place[] = [
  { href: '/', label: 'Overview', icon: Scale, key: '1' },
  { href: '/clients', label: 'Clients', icon: Users, key: '2' },
  { href: '/intents', label: 'Requests', icon: SendHorizontal, key: '7' },
  { href: '/history', label: 'History', icon: History, key: '3' },
  { href: '/rates', label: 'Rates', icon: ChartLine, key: '4' },
  { href: '/reports', label: 'Reports', icon: FileSpreadsheet, key: '5' },
  {
    href: '/guards',
    label: 'Guards',
    icon: ShieldCheck,
    alsoHref: '/settings/address-book',
    key: '8',
  },
  { href: '/settings', label: 'Settings', icon: Settings, key: '6' },
];

/** The place that a screen is, lies below or belongs to. */
export function placeOf(location: string): Place | undefined {
  const isWithin = (root: string | undefined): boolean =>
    root !== undefined && (location === root || (root !== '/' && location.startsWith(`${root}/`)));
  return (
    places.find(({ alsoHref }) => isWithin(alsoHref)) ?? places.find(({ href }) => isWithin(href))
  );
}
