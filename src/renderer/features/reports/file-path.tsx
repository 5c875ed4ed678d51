import type { ReactNode } from 'react';
import { visibleText } from '#shared/text.ts';
import css from './reports.module.css';

/** A name may hold what turns it around, so that a file seems to be of another kind. */
export function FilePath({ path }: { path: string }): ReactNode {
  return <bdi className={css['path']}>{visibleText(path)}</bdi>;
}
