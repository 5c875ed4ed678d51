import { createContext, use } from 'react';

const TimeZoneContext = createContext('UTC');

export const TimeZoneProvider = TimeZoneContext.Provider;

/** The IANA zone the operator chose; every time on screen is in it. */
export function useTimeZone(): string {
  return use(TimeZoneContext);
}

/** What the operator may choose. Not asked for at the start: to list them takes long. */
export function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}
