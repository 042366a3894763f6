// What goes wrong with OBS, in words that say what to do. Pure.
import { Problem } from '../../vocabulary/problems.js';

/** Of obs-websocket's protocol. */
const closeCodes = { notAuthenticated: 4009, wrongVersion: 4010, kicked: 4011 } as const;
const missing = 600;

const codeOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** Why no connection came to be. */
export function dialTrouble(error: unknown, address: string, withPassword: boolean): Problem {
  if (error instanceof Problem) return error;
  const why = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code === closeCodes.notAuthenticated) {
    return new Problem(withPassword ? 'obs_password_wrong' : 'obs_password_needed');
  }
  if (code === closeCodes.kicked) return new Problem('obs_kicked');
  if (/ECONNREFUSED/.test(why)) return new Problem('obs_refused', { address });
  if (/ENOTFOUND|EAI_AGAIN/.test(why)) return new Problem('obs_host_unknown', { address });
  if (/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN/.test(why)) return new Problem('obs_silent', { address });
  if (/certificate|SSL|TLS|EPROTO|wrong version/i.test(why)) return new Problem('obs_no_tls', { address, why });
  if (/ECONNRESET|socket hang up/.test(why) && address.startsWith('wss:')) {
    return new Problem('obs_no_tls', { address, why: 'it was broken off' });
  }
  return new Problem('obs_too_old', { address }, { cause: error });
}

/** Why a connection ended. */
export const lostTrouble = (code: string | number | undefined): Problem =>
  new Problem(Number(code) === closeCodes.kicked ? 'obs_kicked' : 'obs_gone');

/** Why a request was not met: only OBS itself says no with a code; else it was not asked. */
export function saidNo(error: unknown): Error {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  if (code === undefined) return new Problem('obs_gone', {}, { cause: error });
  const why = error instanceof Error && error.message ? error.message : 'it gave no reason';
  return new Problem('obs_said_no', { why, code }, { cause: error });
}

export const isMissing = (error: unknown): boolean => error instanceof Problem && error.facts.code === missing;

/** Those that trying again does not mend, and that a person has decided. */
export const isFinal = (problem: Problem): boolean => problem.code === 'obs_kicked';
