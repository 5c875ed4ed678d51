import type { ReactNode } from 'react';
import type { Environment } from '#shared/domain/profile.ts';
import { Named } from './named.tsx';
import { cx } from '../lib/cx.ts';
import css from './environment-mark.module.css';
import { environmentWords } from './wording.ts';

/** Icon in the environment's own shape and colour. Only ever beside its word. */
export function EnvironmentSign({ environment }: { environment: Environment }): ReactNode {
  const Icon = environmentWords[environment].icon;
  return (
    <span className={cx(css['sign'], css[environment])} aria-hidden>
      <Icon size={12} strokeWidth={2.25} />
    </span>
  );
}

/** Which environment something belongs to: shape, icon and word, with the profile's name. */
export function EnvironmentMark({
  environment,
  name,
}: {
  environment: Environment;
  name?: string;
}): ReactNode {
  const { word } = environmentWords[environment];
  const sameWord = name?.toUpperCase() === word;
  return (
    <span className={css['mark']}>
      <EnvironmentSign environment={environment} />
      {name !== undefined && (
        <span className={css['name']} title={name}>
          <Named>{name}</Named>
        </span>
      )}
      {!sameWord && <span className={css['word']}>{word}</span>}
    </span>
  );
}
