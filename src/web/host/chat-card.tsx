// The host in chat: a code that makes an account of Discord or Telegram his, and those that are.
import { useEffect, useState } from 'preact/hooks';
import type { HostChatAccount } from '../../vocabulary/streams.js';
import { Copy } from '../shared/parts.js';
import { span } from '../shared/time.js';
import type { Desk } from './desk.js';

const platforms: Record<HostChatAccount['platform'], string> = { discord: 'Discord', telegram: 'Telegram' };
const everyMs = 5000;

function Code({ code, expiresAt, now }: { code: string; expiresAt: number; now: number }) {
  const left = expiresAt - now;
  if (left <= 0) return <p class="dim">That code is over. Take a fresh one.</p>;
  const text = `/host ${code}`;
  return (
    <div class="secret" data-testid="chat-code">
      <span>Send this to the bot, in private, within {span(left)}</span>
      <code>{text}</code>
      <div class="row">
        <Copy text={text} testid="chat-code-copy" />
      </div>
    </div>
  );
}

function Account({ account, remove }: { account: HostChatAccount; remove: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <li data-testid="chat-account">
      <span>
        <b dir="auto">{account.name || account.user}</b> <span class="dim">{platforms[account.platform]}</span>
      </span>
      <button
        type="button"
        class="quiet"
        data-testid="chat-account-remove"
        onClick={() => (asked ? remove() : setAsked(true))}
        onBlur={() => setAsked(false)}
      >
        {asked ? 'Sure?' : 'Remove'}
      </button>
    </li>
  );
}

export function ChatCard({ desk }: { desk: Desk }) {
  const [accounts, setAccounts] = useState<readonly HostChatAccount[]>([]);
  const [code, setCode] = useState<{ code: string; expiresAt: number } | null>(null);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const look = async () => {
      setNow(Date.now());
      const all = document.hidden ? null : await desk.chatAccounts();
      if (all) setAccounts(all);
    };
    void look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [desk]);
  // A new one has used the code up.
  useEffect(() => setCode(null), [accounts.length]);
  const take = async () => {
    const fresh = await desk.chatCode();
    if (!fresh) return;
    setNow(Date.now());
    setCode(fresh);
  };
  const remove = async (account: HostChatAccount) => {
    const rest = await desk.removeChatAccount(account);
    if (rest) setAccounts(rest);
  };
  return (
    <section class="card chat">
      <h2>You in chat</h2>
      <p class="dim">
        {accounts.length === 0
          ? 'Steer the show from Discord or Telegram: tell the bot which account is yours.'
          : 'These accounts may start, stop and steer the show from any chat with the bot.'}
      </p>
      <ul>
        {accounts.map((account) => (
          <Account key={`${account.platform} ${account.user}`} account={account} remove={() => void remove(account)} />
        ))}
      </ul>
      {code && <Code {...code} now={now} />}
      <button type="button" class={code ? 'quiet' : 'main'} data-testid="chat-code-take" onClick={() => void take()}>
        {code ? 'Take another code' : 'Take a code'}
      </button>
    </section>
  );
}
