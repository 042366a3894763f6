// The dialog about the viewer's own money: put some in, take it out, keep the key safe.
import { useEffect, useRef } from 'preact/hooks';
import { money } from '../shared/money.js';
import { Toasts } from '../shared/toasts.js';
import type { Acts } from './acts.js';
import { KeepKey, type KeyRing } from './keep-key.js';
import { balanceOf } from './purses.js';
import { PutIn } from './put-in.js';
import type { Panel, WatchState } from './state.js';
import { TakeOut } from './take-out.js';

const names: Record<Panel, string> = { in: 'Put in', out: 'Take out', key: 'Keep safe' };

export function MoneyDialog({ state, acts, keys }: { state: WatchState; acts: Acts; keys: KeyRing }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { panel, info } = state;
  const open = panel !== null && info !== null;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="money" data-testid="money" aria-label="Your money" onClose={() => acts.show(null)}>
      {open && (
        <>
          <header>
            <p>
              <span>Your balance here</span>
              <strong>{money(balanceOf(state.purses), info.terms.token)}</strong>
            </p>
            <button type="button" class="quiet" data-testid="money-close" onClick={() => acts.show(null)}>
              Close
            </button>
          </header>
          <div class="tabs" role="tablist">
            {(Object.keys(names) as Panel[]).map((one) => (
              <button
                type="button"
                role="tab"
                key={one}
                aria-selected={one === panel}
                data-testid={`money-${one}`}
                onClick={() => acts.show(one)}
              >
                {names[one]}
              </button>
            ))}
          </div>
          <div class="ways" role="tabpanel" aria-label={names[panel]}>
            {panel === 'in' && <PutIn state={state} acts={acts} keys={keys} />}
            {panel === 'out' && <TakeOut state={state} acts={acts} />}
            {panel === 'key' && <KeepKey state={state} keys={keys} />}
          </div>
          <Toasts toasts={state.toasts} />
        </>
      )}
    </dialog>
  );
}
