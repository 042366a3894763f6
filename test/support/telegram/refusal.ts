// How the Bot API says no.
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly description: string,
    readonly parameters?: { retry_after?: number; migrate_to_chat_id?: number },
  ) {
    super(description);
  }
}

export const bad = (text: string): Refusal => new Refusal(400, `Bad Request: ${text}`);
export const forbidden = (text: string): Refusal => new Refusal(403, `Forbidden: ${text}`);
export const conflict = (text: string): Refusal => new Refusal(409, `Conflict: ${text}`);
export const tooMany = (seconds: number): Refusal =>
  new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
