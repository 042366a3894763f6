// Logs: lines for people in a terminal, JSON elsewhere. Keys and tokens are never given to it.
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Logger = Pick<PinoLogger, 'info' | 'warn' | 'error' | 'debug'>;

/** Chain errors carry whole requests, signed transactions among them: only what they say is logged. */
function describeError(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  const message = error.message.split(/ \(|\n/)[0];
  const stack = /^[A-Z_]+$/.test(String(code)) || error.name === 'Problem' ? undefined : error.stack;
  return {
    type: error.name,
    message,
    ...(code ? { code } : {}),
    ...(stack ? { stack } : {}),
    ...(cause ? { cause } : {}),
  };
}

/** Goes to stderr: stdout is for the panel, whose links must not end up in a log. */
export function createLog({ level, terminal }: { level: string; terminal: boolean }): PinoLogger {
  const readable = {
    colorize: !process.env.NO_COLOR,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
  };
  const target: DestinationStream = terminal
    ? pretty({ ...readable, destination: 2 })
    : destination({ fd: 2, sync: true });
  return pino({ level, serializers: { err: describeError } }, target);
}
