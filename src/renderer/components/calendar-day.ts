/** Days are calendar days without a zone, as `2026-11-22`; the calendar's Date objects are only their carriers. */
export function toDate(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date);
}

export function toDay(date: Date): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

const shortDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** `22 Nov 2026` */
export function spokenDay(day: string): string {
  return shortDay.format(toDate(day));
}
