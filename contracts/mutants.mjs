// Bugs that the invariants must find: each is one change to one contract. `npm run fuzz -- --mutants` tries all.
const settlement = 'contracts/X402BatchSettlement.sol';

export const mutants = [
  {
    name: 'a lower claim takes the higher one back',
    file: settlement,
    from: `        if (row.totalClaimed <= claimed) return;`,
    to: `        if (row.totalClaimed < claimed) {
            channel.totalClaimed = row.totalClaimed;
            receivers[config.receiver][config.token].totalClaimed -= claimed - row.totalClaimed;
            return;
        }
        if (row.totalClaimed == claimed) return;`,
  },
  {
    name: 'refunds and withdrawals go to the caller',
    file: settlement,
    from: `safeTransfer(config.payer, amount)`,
    to: `safeTransfer(msg.sender, amount)`,
  },
  {
    name: 'a finished withdrawal is not subtracted',
    file: settlement,
    from: `        delete pendingWithdrawals[channelId];
        channels[channelId].balance -= amount;`,
    to: `        delete pendingWithdrawals[channelId];`,
  },
  {
    name: 'a refund is not subtracted',
    file: settlement,
    from: `        channels[channelId].balance -= refunded;`,
    to: ``,
  },
  {
    name: 'what was settled is not remembered',
    file: settlement,
    from: `        earned.totalSettled = earned.totalClaimed;`,
    to: ``,
  },
  {
    name: 'anyone may claim',
    file: settlement,
    from: `            if (!_isReceiverSide(voucherClaims[i].voucher.channel)) revert NotAuthorizedToClaim();`,
    to: ``,
  },
  {
    name: 'any signature makes a voucher',
    file: settlement,
    from: `        if (ECDSA.recoverCalldata(digest, signature) != config.payerAuthorizer) revert InvalidSignature();`,
    to: ``,
  },
  {
    name: 'a claim may pass its ceiling',
    file: settlement,
    from: `        if (row.totalClaimed > row.voucher.maxClaimableAmount) revert ClaimExceedsCeiling();`,
    to: ``,
  },
  {
    name: 'a withdrawal ends a second early',
    file: settlement,
    from: `if (block.timestamp < uint256(pending.initiatedAt)`,
    to: `if (block.timestamp + 1 < uint256(pending.initiatedAt)`,
  },
  {
    name: 'a withdrawal takes what was claimed meanwhile',
    file: settlement,
    from: `        uint128 amount = uint128(Math.min(pending.amount, _unclaimed(channelId)));`,
    to: `        uint128 amount = pending.amount;`,
  },
  {
    name: 'a refund starts the wait again',
    file: settlement,
    from: `        else pending.amount -= refunded;`,
    to: `        else (pending.amount, pending.initiatedAt) = (pending.amount - refunded, uint40(block.timestamp));`,
  },
  {
    name: 'a refund may be sent twice',
    file: settlement,
    from: `        ++refundNonce[channelId];`,
    to: ``,
  },
  {
    name: 'a collector may bring too little',
    file: settlement,
    from: `if (afterwards < before || afterwards - before != amount)`,
    to: `if (afterwards < before)`,
  },
  {
    name: 'an authorization serves any channel',
    file: 'contracts/ERC3009DepositCollector.sol',
    from: `bytes32 nonce = keccak256(abi.encode(channelId, salt))`,
    to: `bytes32 nonce = keccak256(abi.encode(bytes32(0), salt))`,
  },
];
