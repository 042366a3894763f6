// What the audience was asked in a show: polls with their winners, predictions with their results, goals.
import type { ShowPoll, ShowPrediction, ShowSummary } from '../../vocabulary/shows.js';
import { money } from '../shared/money.js';
import { percent } from '../shared/poll.js';

type Token = ShowSummary['token'];

function Bar({ name, share, won, said }: { name: string; share: number; won: boolean; said: string }) {
  return (
    <li class={won ? 'won' : ''}>
      <p>
        <span dir="auto">{name}</span>
        <span class="figure">{said}</span>
      </p>
      <div>
        <i style={{ transform: `scaleX(${share})` }} />
      </div>
    </li>
  );
}

const part = (some: bigint, all: bigint): number => (all === 0n ? 0 : Number((some * 10_000n) / all) / 10_000);

function Poll({ poll, token }: { poll: ShowPoll; token: Token }) {
  const { tally } = poll;
  const votes = tally.lines.map((line) => BigInt(line.votes));
  const all = votes.reduce((sum, one) => sum + one, 0n);
  const paid = BigInt(tally.value);
  return (
    <article data-testid="show-poll">
      <h3 dir="auto">{poll.question}</h3>
      <ul class="bars-of">
        {poll.options.map((name, i) => {
          const share = part(votes[i] ?? 0n, all);
          return <Bar key={name} name={name} share={share} won={tally.leaders.includes(i)} said={percent(share)} />;
        })}
      </ul>
      <p class="dim">
        {tally.voters === 1 ? '1 person voted' : `${tally.voters} people voted`}
        {paid > 0n && `, with ${money(paid, token)}`}
      </p>
    </article>
  );
}

function resultOf({ refunds, state, winner, options }: ShowPrediction): string {
  if (refunds) return 'All stakes went back.';
  if (winner === null) return state === 'locked' ? 'Locked; the result is not known yet.' : 'Still open.';
  return `It was: ${options[winner]}.`;
}

function Prediction({ prediction, token }: { prediction: ShowPrediction; token: Token }) {
  const pot = BigInt(prediction.pot);
  return (
    <article data-testid="show-prediction">
      <h3 dir="auto">{prediction.question}</h3>
      <ul class="bars-of">
        {prediction.options.map((name, i) => {
          const staked = BigInt(prediction.totals[i] ?? '0');
          const won = prediction.winner === i && !prediction.refunds;
          const said = money(staked, token, { max: 2 });
          return <Bar key={name} name={name} share={part(staked, pot)} won={won} said={said} />;
        })}
      </ul>
      <p class="dim">
        {resultOf(prediction)} In the pot: {money(pot, token, { max: 2 })}
      </p>
    </article>
  );
}

function Goal({ goal, token }: { goal: ShowSummary['goals'][number]; token: Token }) {
  const [given, amount] = [BigInt(goal.given), BigInt(goal.amount)];
  const share = Math.min(1, part(given, amount));
  const said = `${money(given, token, { max: 2 })} of ${money(amount, token, { min: 0 })}`;
  return (
    <ul class="bars-of" data-testid="show-goal">
      <Bar name={goal.title || 'Goal'} share={share} won={goal.reachedAt !== null} said={said} />
    </ul>
  );
}

export function Asked({ show }: { show: ShowSummary }) {
  const { polls, predictions, goals, token } = show;
  return (
    <>
      {goals.length > 0 && (
        <section class="card">
          <h2>{goals.length === 1 ? 'Goal' : 'Goals'}</h2>
          {goals.map((goal) => (
            <Goal key={`${goal.title} ${goal.reachedAt}`} goal={goal} token={token} />
          ))}
        </section>
      )}
      {polls.length > 0 && (
        <section class="card">
          <h2>{polls.length === 1 ? 'Poll' : 'Polls'}</h2>
          {polls.map((poll, i) => (
            <Poll key={`${i} ${poll.question}`} poll={poll} token={token} />
          ))}
        </section>
      )}
      {predictions.length > 0 && (
        <section class="card">
          <h2>{predictions.length === 1 ? 'Prediction' : 'Predictions'}</h2>
          {predictions.map((one, i) => (
            <Prediction key={`${i} ${one.question}`} prediction={one} token={token} />
          ))}
        </section>
      )}
    </>
  );
}
