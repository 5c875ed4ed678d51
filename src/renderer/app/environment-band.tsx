import type { ReactNode } from 'react';
import type { ProfileView } from '#shared/domain/profile.ts';
import { environmentWords } from '../components/wording.ts';
import { cx } from '../lib/cx.ts';
import css from './environment-band.module.css';

/**
 * The top edge of the window. The three environments differ in word, icon, shape and colour, so that they are
 * told apart without colours, and across a room.
 */
export function EnvironmentBand({ profile }: { profile: ProfileView }): ReactNode {
  const { word, explanation, icon: Icon } = environmentWords[profile.environment];
  return (
    <section className={cx(css['band'], css[profile.environment])} aria-label="Environment">
      <span className={css['plate']}>
        <Icon size={14} strokeWidth={2.25} aria-hidden />
        <strong>{word}</strong>
      </span>
      <span className={css['text']}>{explanation}</span>
    </section>
  );
}
