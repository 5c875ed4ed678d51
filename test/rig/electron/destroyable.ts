type Destroyable = { isDestroyed: () => boolean };
type Method = (this: Destroyable, ...args: unknown[]) => unknown;

/**
 * Makes every method and accessor of a class throw once its object is destroyed, as Electron's own do
 * (shell/common/gin_helper/function_template.h). What EventEmitter brings is JavaScript there too, and goes on working.
 */
export function throwWhenDestroyed({ prototype }: { prototype: Destroyable }): void {
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (key === 'constructor' || key === 'isDestroyed') continue;
    for (const part of ['value', 'get'] as const) {
      const method: unknown = property[part];
      if (typeof method === 'function') property[part] = guard(method as Method);
    }
    Object.defineProperty(prototype, key, property);
  }
}

function guard(method: Method): Method {
  return function (...args) {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed');
    return method.apply(this, args);
  };
}
