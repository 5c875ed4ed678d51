import { nativeTheme } from 'electron';

/** 'system' follows the desktop; the page sees the choice as `prefers-color-scheme`. */
export function setTheme(theme: 'system' | 'light' | 'dark'): void {
  nativeTheme.themeSource = theme;
}
