import { expect, it } from 'vitest';
import { fail, ok, type ErrorDto, type Result } from '#shared/errors.ts';
import { createResource } from '../../../src/renderer/lib/resource.ts';

const broken: ErrorDto = { code: 'storage_failed', message: 'Not readable.', retryable: true };

/** A load whose answers are given by hand, in any order of time. */
function scripted(): {
  load: () => Promise<Result<string>>;
  answers: PromiseWithResolvers<Result<string>>[];
} {
  const answers: PromiseWithResolvers<Result<string>>[] = [];
  const load = (): Promise<Result<string>> => {
    const answer = Promise.withResolvers<Result<string>>();
    answers.push(answer);
    return answer.promise;
  };
  return { load, answers };
}

it('is loading until the first answer', async () => {
  const { load, answers } = scripted();
  const resource = createResource(load);
  const reading = resource.reload();
  expect(resource.getState().status).toBe('loading');
  answers[0]?.resolve(ok('first'));
  await reading;
  expect(resource.getState()).toEqual({ status: 'ready', value: 'first', error: null });
});

it('drops an answer that was asked for before the last change, and reads once more', async () => {
  const { load, answers } = scripted();
  const resource = createResource(load);
  const reading = resource.reload();
  void resource.reload();
  void resource.reload();
  answers[0]?.resolve(ok('old'));
  await Promise.resolve();
  await Promise.resolve();
  expect(resource.getState().value).toBeNull();
  expect(answers).toHaveLength(2);
  answers[1]?.resolve(ok('new'));
  await reading;
  expect(resource.getState().value).toBe('new');
  expect(answers).toHaveLength(2);
});

it('shows something where changes come faster than answers', async () => {
  const { load, answers } = scripted();
  const resource = createResource(load);
  const reading = resource.reload();
  for (const [index, answer] of ['first', 'second', 'third'].entries()) {
    void resource.reload();
    answers[index]?.resolve(ok(answer));
    await expect.poll(() => answers.length).toBe(index + 2);
  }
  expect(resource.getState().value).toBe('second');
  answers[3]?.resolve(ok('fourth'));
  await reading;
  expect(resource.getState().value).toBe('fourth');
});

it('keeps the value on screen while it reads again, and when that fails', async () => {
  const { load, answers } = scripted();
  const resource = createResource(load);
  const first = resource.reload();
  answers[0]?.resolve(ok('kept'));
  await first;
  const second = resource.reload();
  expect(resource.getState().value).toBe('kept');
  answers[1]?.resolve(fail(broken));
  await second;
  expect(resource.getState()).toEqual({ status: 'ready', value: 'kept', error: broken });
});

it('recovers from a failed first reading', async () => {
  const { load, answers } = scripted();
  const resource = createResource(load);
  const first = resource.reload();
  answers[0]?.resolve(fail(broken));
  await first;
  expect(resource.getState()).toEqual({ status: 'error', value: null, error: broken });
  const second = resource.reload();
  answers[1]?.resolve(ok('there'));
  await second;
  expect(resource.getState()).toEqual({ status: 'ready', value: 'there', error: null });
});
