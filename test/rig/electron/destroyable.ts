/**
 * Makes every method and accessor of a class throw once its object is destroyed, as Electron's own do
 * (shell/common/gin_helper/function_template.h). What EventEmitter brings is JavaScript there too, and goes on working.
 */
export function throwWhenDestroyed<T extends { isDestroyed: () => boolean }>(
  type: { prototype: T },
  stillAnswers: readonly string[] = [],
): void {
  const { prototype } = type;
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (['constructor', 'isDestroyed', ...stillAnswers].includes(key)) continue;
    const guarded = { ...property };
    if (typeof property.value === 'function') guarded.value = guard(property.value as Method<T>);
    if (property.get !== undefined) guarded.get = guard(property.get as Method<T>);
    Object.defineProperty(prototype, key, guarded);
  }
}

type Method<T> = (this: T, ...args: unknown[]) => unknown;

function guard<T extends { isDestroyed: () => boolean }>(method: Method<T>): Method<T> {
  return function (...args) {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed');
    return method.apply(this, args);
  };
}
