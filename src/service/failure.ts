/** Errors as plain data, and back: what the engine throws reaches its caller as what it was. */
import { CancelledError, InputError, type InputErrorCode } from '../core/ir/errors.ts';
import type { Failure } from '../shared/engine.ts';

/** What a thrown thing is to the caller of the engine. */
export function toFailure(error: unknown): Failure {
  if (error instanceof InputError) {
    const { code, message, place, next } = error;
    return { kind: 'input', code, message, ...(place && { place: { ...place } }), ...(next !== undefined && { next }) };
  }
  if (error instanceof CancelledError) return { kind: 'cancelled', message: error.message };
  if (error instanceof EngineError) return error.failure;
  if (!(error instanceof Error)) return { kind: 'fault', message: String(error) };
  const { message, stack } = error;
  return { kind: 'fault', message, ...(stack !== undefined && { stack }) };
}

/** The engine's process is gone, or it has a fault of its own. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(readonly failure: Extract<Failure, { kind: 'lost' | 'fault' }>) {
    super(failure.message);
  }
}

/** What a caller of the engine catches: InputError, CancelledError or EngineError. */
export function toError(failure: Failure): InputError | CancelledError | EngineError {
  switch (failure.kind) {
    case 'input':
      return new InputError(failure.code as InputErrorCode, failure.message, failure.place, failure.next);
    case 'cancelled':
      return new CancelledError();
    case 'lost':
    case 'fault':
      return new EngineError(failure);
  }
}
