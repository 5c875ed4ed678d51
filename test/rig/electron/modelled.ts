/**
 * An object of the API whose missing members throw instead of answering `undefined`: what the rig does not
 * model, it refuses. Members can be replaced, which is how tests script a dialog.
 */
export function modelled<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, key) {
      if (key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON') {
        return Reflect.get(target, key);
      }
      throw new Error(`rig: ${name}.${key} is not modelled`);
    },
  });
}

/** An Electron event, which a listener may prevent. */
export function createEvent<T extends object>(fields: T) {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: (): void => {
      event.defaultPrevented = true;
    },
  };
  return event;
}
