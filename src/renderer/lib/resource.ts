import { useCallback, useEffect, useMemo } from 'react';
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { ErrorDto, Result } from '#shared/errors.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import type { EventName } from '#shared/ipc/events.ts';
import { call, listen } from './ipc.ts';
import { oneAtATime } from './one-at-a-time.ts';

/**
 * Something read from main. `loading` is the first reading only: a later one keeps the value on screen,
 * also when it fails (`error` is then set beside `value`).
 */
export type ResourceState<T> =
  | { status: 'loading'; value: null; error: null }
  | { status: 'ready'; value: T; error: ErrorDto | null }
  | { status: 'error'; value: null; error: ErrorDto };

export type Resource<T> = UseBoundStore<StoreApi<ResourceState<T>>> & {
  /** Reads again. Calls during a reading end in one more reading, however many they are, and mostly drop its answer. */
  reload: () => Promise<void>;
  /** Takes an answer another request already brought. */
  put: (value: T) => void;
};

export function createResource<T>(load: () => Promise<Result<T>>): Resource<T> {
  const store = create<ResourceState<T>>(() => ({ status: 'loading', value: null, error: null }));
  let wasDropped = false;
  const reload = oneAtATime(async (isLatest) => {
    const result = await load();
    // Where changes come faster than answers, every second one is shown: else none ever would be.
    wasDropped = !isLatest() && !wasDropped;
    if (!wasDropped) store.setState(settle(store.getState(), result), true);
  });

  return Object.assign(store, {
    reload,
    put(value: T): void {
      store.setState({ status: 'ready', value, error: null }, true);
    },
  });
}

function settle<T>(before: ResourceState<T>, result: Result<T>): ResourceState<T> {
  if (result.ok) return { status: 'ready', value: result.value, error: null };
  if (before.status === 'ready') return { ...before, error: result.error };
  return { status: 'error', value: null, error: result.error };
}

/**
 * One request's answer for as long as the component lives, read again on each event of `refreshOn`.
 * Another input starts anew; the answer to the former one is dropped.
 */
export function useRequest<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name>,
  refreshOn: readonly EventName[] = [],
): ResourceState<RequestOutput<Name>> & { reload: () => void } {
  const key = JSON.stringify(input);
  const resource = useMemo(
    () => createResource(() => call(name, JSON.parse(key) as RequestInput<Name>)),
    [name, key],
  );
  const events = refreshOn.join(' ');
  useEffect(() => {
    const reload = (): void => void resource.reload();
    reload();
    const names = events.split(' ').filter((each): each is EventName => each !== '');
    const stops = names.map((each) => listen(each, reload));
    return () => stops.forEach((stop) => stop());
  }, [resource, events]);
  const state = resource();
  const reload = useCallback(() => void resource.reload(), [resource]);
  return useMemo(() => ({ ...state, reload }), [state, reload]);
}
