/**
 * A uid is text of the service's making; it becomes a path segment, so it may hold nothing that needs escaping. In a file
 * of its own, so that the renderer can use it without zod.
 */
export const CLIENT_UID = /^[A-Za-z0-9_-]{1,64}$/;

export function isClientUid(text: string): boolean {
  return CLIENT_UID.test(text);
}
