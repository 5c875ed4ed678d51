import { describe, expect, it } from 'vitest';
import { AppError, assertNever, fail, ok } from '#shared/errors.ts';

describe('AppError', () => {
  it('crosses IPC without its cause', () => {
    const error = new AppError('timeout', 'Too late.', { cause: new Error('inner'), field: 'a' });
    expect(error.toDto()).toEqual({
      code: 'timeout',
      message: 'Too late.',
      retryable: false,
      field: 'a',
    });
    expect(JSON.stringify(fail(error.toDto()))).not.toContain('inner');
  });

  it('leaves out a field there is none of', () => {
    const error = new AppError('offline', 'No.', { retryable: true });
    expect(error.toDto()).toEqual({ code: 'offline', message: 'No.', retryable: true });
    expect(ok(1)).toEqual({ ok: true, value: 1 });
  });

  it('is what a forgotten case does not throw: that is a programming error', () => {
    expect(() => assertNever('x' as never)).toThrow('Unexpected value: "x"');
  });
});
