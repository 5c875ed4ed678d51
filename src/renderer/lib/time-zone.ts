import { createContext, use } from 'react';

const TimeZoneContext = createContext('UTC');

export const TimeZoneProvider = TimeZoneContext.Provider;

/** The IANA zone the operator chose; every time on screen is in it. */
export function useTimeZone(): string {
  return use(TimeZoneContext);
}
