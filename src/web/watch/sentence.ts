// What went wrong, in a sentence that may be shown.
import { Refusal } from '../shared/api.js';
import { WalletTrouble } from './injected.js';

export const sentence = (error: unknown): string =>
  error instanceof Refusal || error instanceof WalletTrouble
    ? error.message
    : 'Something went wrong in this page. Reload it.';
