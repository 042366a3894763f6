// What the bots say about predictions, in English.
import type { Facts } from '../../../vocabulary/refusals/wording.js';

export const about = {
  predict: 'Let the audience predict what happens, with stakes',
  'predict.open': 'Open one; in one line: /predict open 2m Who wins? | Blue | Red',
  'predict.open.stream': 'Which show',
  'predict.open.duration': 'How long stakes are taken: 90s, 5m or 2h; 2m unless you say so',
  'predict.open.question': 'What is predicted',
  'predict.open.a': 'First option',
  'predict.open.b': 'Second option',
  'predict.open.c': 'Third option',
  'predict.open.d': 'Fourth option',
  'predict.open.e': 'Fifth option',
  'predict.open.f': 'Sixth option',
  'predict.open.g': 'Seventh option',
  'predict.open.h': 'Eighth option',
  'predict.open.i': 'Ninth option',
  'predict.open.j': 'Tenth option',
  'predict.lock': 'Take no more stakes from now on',
  'predict.lock.stream': 'Which show',
  'predict.resolve': 'Say what happened; again, to correct it once',
  'predict.resolve.option': 'The number of the option that came true',
  'predict.resolve.stream': 'Which show',
  'predict.cancel': 'Call it off: everyone gets the own stake back',
  'predict.cancel.stream': 'Which show',
  'predict.show': 'Show the prediction, with its buttons',
  'predict.show.stream': 'Which show',
  stake: 'Stake on an outcome of the prediction; it cannot be taken back',
  'stake.amount': 'How much: 5, 0.5 or 5 DAI',
  'stake.option': 'Its number, or its words',
};

export const words = {
  predictionNone: 'There is no prediction here right now.',
  predictionOpening: 'Being opened on chain…',
  predictionOpen: (until: string, least: string) =>
    `Stakes from ${least} up are taken until ${until} UTC. A stake is final.`,
  predictionFee: (percent: string) => `The host keeps ${percent} % of what the losing side staked.`,
  predictionLocked: 'Locked. What happens is about to be seen.',
  predictionResolved: (option: string, until: string) =>
    `${option} is the result. It can be corrected or called off until ${until} UTC; then it is paid out.`,
  predictionPaying: (option: string) => `${option} is the result. Winnings are on their way.`,
  predictionPaid: (option: string) => `${option} was right, and everyone who staked on it is paid.`,
  predictionUnshared: (option: string) => `${option} is the result. Nobody lost to anybody: all stakes go back.`,
  predictionCancelled: 'Called off. All stakes are on their way back.',
  predictionRefunded: 'All stakes are back where they came from.',
  predictionFailed: 'It could not be opened. Nothing was staked.',
  predictionPot: 'Pot',
  predictionStakes: (n: number) => (n === 1 ? '1 stake' : `${n} stakes`),
  predictionNobody: 'nobody yet',
  predictionResolveMenu: 'What happened?',
  stakeChoose: 'On what do you stake?',
  stakeHowMuch: (option: string) => `How much do you stake on “${option}”? It cannot be taken back.`,
  stakeCheck: (amount: string, option: string) => `Stake ${amount} on “${option}”? It cannot be taken back.`,
  staked: (amount: string, option: string, back: string) =>
    `${amount} are staked on “${option}”. If it comes true, as things stand, ${back} come back.`,
};

/** English problems are worded already. */
export const refusals: Partial<Record<string, (facts: Facts) => string>> = {};
