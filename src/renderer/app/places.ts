import {
  ChartLine,
  FileSpreadsheet,
  History,
  Scale,
  Settings,
  Users,
  type LucideIcon,
} from 'lucide-react';

/** The main places, in the order of the sidebar and of the keys Ctrl/Cmd+1 to 6. */
export const places: readonly { href: string; label: string; icon: LucideIcon }[] = [
  { href: '/', label: 'Overview', icon: Scale },
  { href: '/clients', label: 'Clients', icon: Users },
  { href: '/history', label: 'History', icon: History },
  { href: '/rates', label: 'Rates', icon: ChartLine },
  { href: '/reports', label: 'Reports', icon: FileSpreadsheet },
  { href: '/settings', label: 'Settings', icon: Settings },
];

/** True when `location` is the place or lies below it. */
export function isWithin(location: string, href: string): boolean {
  return location === href || (href !== '/' && location.startsWith(`${href}/`));
}
