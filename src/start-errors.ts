// Why a start failed, in sentences that say what to do.
import { Problem } from './vocabulary/problems.js';

interface SystemError extends Error {
  code?: string;
  port?: number;
  path?: string;
}

/** One or two sentences, without a stack trace. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, path, message }: SystemError = error;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken: stop what uses it, or set PORT (web) or RTMP_PORT (video) to another one.`;
  }
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be opened by this user: set a PORT above 1023.`;
  if (code === 'EACCES' || code === 'EROFS') return `${path} cannot be written: set DATA_DIR to a folder of yours.`;
  if (code === 'ENOSPC') return 'The disk is full: free some space and start again.';
  if (error instanceof Problem) return message;
  return message;
}
