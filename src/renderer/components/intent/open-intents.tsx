import type { ReactNode } from 'react';
import type { Intent } from '#shared/domain/intent.ts';
import { Banner } from '../banner.tsx';
import { ButtonLink } from '../button.tsx';
import { Time } from '../time.tsx';
import { intentKindWords } from '../wording.ts';
import { describeIntent, intentSubject } from './wording.ts';

/** One banner for each intent that someone still waits for or has to decide on. */
export function OpenIntents({ intents }: { intents: readonly Intent[] }): ReactNode {
  return intents.map((intent) => {
    const { tone, title, known } = describeIntent(intent);
    return (
      <Banner
        key={intent.id}
        tone={tone}
        title={`${intentKindWords[intent.kind]} of ${intentSubject(intent)}: ${lowerFirst(title)}`}
        actions={
          <ButtonLink href={`/intents/${intent.id}`}>
            {intent.state === 'journaled' ? 'Review it' : 'See what is known'}
          </ButtonLink>
        }
      >
        <Time ms={intent.sentAtMs ?? intent.createdAtMs} />. {known}
      </Banner>
    );
  });
}

/** `We don’t know …` keeps its capital; other titles go on in the sentence. */
function lowerFirst(title: string): string {
  return title.startsWith('We ') ? title : title.charAt(0).toLowerCase() + title.slice(1);
}
