// The wallets that were found, to pick one of, and what went wrong with it.
import type { FoundWallet } from './injected.js';

/** Picking one of the wallets that said that they are there. */
export function Wallets({
  state,
  onPick,
}: {
  state: { wallets: readonly FoundWallet[]; busy: string | null };
  onPick: (wallet: FoundWallet) => void;
}) {
  return (
    <div class="wallets">
      {state.wallets.map((wallet) => (
        <button
          type="button"
          class="quiet"
          key={wallet.id}
          data-testid="wallet"
          disabled={state.busy !== null}
          onClick={() => onPick(wallet)}
        >
          {wallet.icon && <img src={wallet.icon} alt="" width="24" height="24" />}
          {wallet.name}
        </button>
      ))}
    </div>
  );
}

export function WalletTrouble({ state }: { state: { walletTrouble: string | null } }) {
  if (!state.walletTrouble) return null;
  return (
    <p class="wrong" role="alert" data-testid="wallet-trouble">
      {state.walletTrouble}
    </p>
  );
}
