// What the bots say about predictions, in Spanish.
import type { about as enAbout, refusals as enRefusals, words as enWords } from './en.js';

export const about: typeof enAbout = {
  predict: 'Que el público prediga qué pasa, con apuestas',
  'predict.open': 'Abrir; en una línea: /predict open 2m ¿Quién gana? | Azul | Rojo',
  'predict.open.stream': 'Qué espectáculo',
  'predict.open.duration': 'Cuánto tiempo se apuesta: 90s, 5m o 2h; 2m si no dices otra cosa',
  'predict.open.question': 'Qué se predice',
  'predict.open.a': 'Primera opción',
  'predict.open.b': 'Segunda opción',
  'predict.open.c': 'Tercera opción',
  'predict.open.d': 'Cuarta opción',
  'predict.open.e': 'Quinta opción',
  'predict.open.f': 'Sexta opción',
  'predict.open.g': 'Séptima opción',
  'predict.open.h': 'Octava opción',
  'predict.open.i': 'Novena opción',
  'predict.open.j': 'Décima opción',
  'predict.lock': 'No aceptar más apuestas desde ahora',
  'predict.lock.stream': 'Qué espectáculo',
  'predict.resolve': 'Decir qué pasó; otra vez, para corregirlo una sola vez',
  'predict.resolve.option': 'El número de la opción que se cumplió',
  'predict.resolve.stream': 'Qué espectáculo',
  'predict.cancel': 'Anular: cada cual recupera su apuesta',
  'predict.cancel.stream': 'Qué espectáculo',
  'predict.show': 'Mostrar la predicción, con sus botones',
  'predict.show.stream': 'Qué espectáculo',
  stake: 'Apostar por un resultado de la predicción; no se puede deshacer',
  'stake.amount': 'Cuánto: 5, 0.5 o 5 DAI',
  'stake.option': 'Su número o sus palabras',
};

export const words: typeof enWords = {
  predictionNone: 'Ahora no hay ninguna predicción aquí.',
  predictionOpening: 'Abriéndose en la cadena…',
  predictionOpen: (until, least) =>
    `Se aceptan apuestas desde ${least} hasta las ${until} UTC. Una apuesta es definitiva.`,
  predictionFee: (percent) => `El anfitrión se queda el ${percent} % de lo que apostó el lado perdedor.`,
  predictionLocked: 'Cerrada. Pronto se verá qué pasa.',
  predictionResolved: (option, until) =>
    `Resultado: ${option}. Se puede corregir o anular hasta las ${until} UTC; después se paga.`,
  predictionPaying: (option) => `Resultado: ${option}. Las ganancias están en camino.`,
  predictionPaid: (option) => `Acertó ${option}, y todos los que apostaron por ello han cobrado.`,
  predictionUnshared: (option) => `Resultado: ${option}. Nadie perdió contra nadie: todas las apuestas vuelven.`,
  predictionCancelled: 'Anulada. Todas las apuestas están de vuelta en camino.',
  predictionRefunded: 'Todas las apuestas han vuelto a donde estaban.',
  predictionFailed: 'No se pudo abrir. No se apostó nada.',
  predictionPot: 'Bote',
  predictionStakes: (n) => (n === 1 ? '1 apuesta' : `${n} apuestas`),
  predictionNobody: 'nadie todavía',
  predictionResolveMenu: '¿Qué pasó?',
  stakeChoose: '¿Por qué apuestas?',
  stakeHowMuch: (option) => `¿Cuánto apuestas por «${option}»? No se puede deshacer.`,
  stakeCheck: (amount, option) => `¿Apostar ${amount} por «${option}»? No se puede deshacer.`,
  staked: (amount, option, back) =>
    `Has apostado ${amount} por «${option}». Si se cumple, tal como están las cosas, recibirás ${back}.`,
};

export const refusals: typeof enRefusals = {
  predictions_off: () => 'Aquí no hay predicciones.',
  prediction_unknown: () => 'Aquí no hay tal predicción. Puede que haya terminado.',
  prediction_running: () => 'Ya hay una predicción en este espectáculo. Resuélvela o anúlala antes.',
  prediction_not_opened: () => 'La predicción no llegó a tiempo a la cadena. Abre otra.',
  prediction_locked: () => 'La predicción está cerrada: no se aceptan más apuestas. No se te ha quitado nada.',
  prediction_open: () => 'Todavía se apuesta. Ciérrala antes de que se pueda saber el resultado.',
  prediction_over: () => 'Ya está decidida: su resultado no cambia.',
  prediction_corrected: () => 'Un resultado se corrige una sola vez. Anular devuelve todas las apuestas.',
  prediction_no_option: () => 'No existe esa opción.',
  prediction_crew: () => 'Quien abre o decide una predicción no puede apostar en ella.',
  prediction_staked: () => 'Has apostado aquí, así que tiene que decidir otra persona.',
  stake_too_small: (f) => `La apuesta mínima aquí es ${f.minimum}.`,
  stake_failed: () => 'Esa apuesta no se aceptó. El dinero sigue siendo tuyo; vuelve a apostar.',
};
