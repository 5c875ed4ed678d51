import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';

/** A missing handler does not compile. Handlers throw AppError; `register` turns it into a Result. */
export type Handlers = {
  [Name in RequestName]: (
    input: RequestInput<Name>,
  ) => RequestOutput<Name> | Promise<RequestOutput<Name>>;
};
