// How Discord refuses.
import type { Json } from './world.js';

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly more: Json = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

export const refusals = {
  unauthorized: () => new Refused(401, 0, '401: Unauthorized'),
  notFound: () => new Refused(404, 0, '404: Not Found'),
  unknownChannel: () => new Refused(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new Refused(404, 10004, 'Unknown Guild'),
  unknownMessage: () => new Refused(404, 10008, 'Unknown Message'),
  unknownUser: () => new Refused(404, 10013, 'Unknown User'),
  unknownWebhook: () => new Refused(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new Refused(404, 10062, 'Unknown interaction'),
  answeredBefore: () => new Refused(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new Refused(403, 50001, 'Missing Access'),
  notTheAuthor: () => new Refused(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new Refused(400, 50006, 'Cannot send an empty message'),
  cannotSend: () => new Refused(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new Refused(403, 50013, 'Missing Permissions'),
  oldToken: () => new Refused(401, 50027, 'Invalid Webhook Token'),
  badJson: () => new Refused(400, 50109, 'The request body contains invalid JSON.'),
};

/** One thing that is wrong with a body. */
export interface Fault {
  path: readonly (string | number)[];
  code: string;
  message: string;
}

/** 50035, with each fault where the body has it. */
export function invalidForm(faults: readonly Fault[]): Refused {
  const errors: Json = {};
  for (const { path, code, message } of faults) {
    let at = errors;
    for (const key of path) {
      at[key] ??= {};
      at = at[key] as Json;
    }
    const told = (at._errors ?? []) as unknown[];
    at._errors = [...told, { code, message }];
  }
  return new Refused(400, 50035, 'Invalid Form Body', { errors });
}
