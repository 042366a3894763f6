// Refunds by the receiver's side, withdrawals by the payer's.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IX402BatchSettlement as X} from "contracts/interfaces/IX402BatchSettlement.sol";
import {Stage} from "./Stage.sol";

abstract contract EscrowOut is Stage {
    function refund(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint256 i = _throw(dice, configs.length);
        uint128 amount = _amount(dice, i);
        address by = _by(dice, _throw(dice, 2) == 0 ? configs[i].receiver : configs[i].receiverAuthorizer);
        bytes4 expected = DONE;
        if (!_receives(i, by)) expected = X.NotAuthorizedToRefund.selector;
        else if (amount == 0) expected = X.ZeroRefund.selector;
        if (_sendBy(dice, by, "refund", abi.encodeCall(X.refund, (configs[i], amount)), expected)) _giveBack(i, amount);
    }

    function refundWithSignature(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint256 i = _throw(dice, configs.length);
        uint128 amount = _amount(dice, i);
        uint256 nonce = ledger[i].nonce;
        if (_throw(dice, 6) == 0) nonce = _throw(dice, nonce + 2);
        address signer = _by(dice, configs[i].receiverAuthorizer);
        bytes memory signature = _sign(signer, settlement.getRefundDigest(ledger[i].id, nonce, amount));

        bytes4 expected = DONE;
        if (nonce != ledger[i].nonce) expected = X.InvalidRefundNonce.selector;
        else if (signer != configs[i].receiverAuthorizer) expected = X.InvalidSignature.selector;
        else if (amount == 0) expected = X.ZeroRefund.selector;
        bytes memory data = abi.encodeCall(X.refundWithSignature, (configs[i], amount, nonce, signature));
        if (_send(dice, "refundWithSignature", data, expected)) _giveBack(i, amount);
    }

    function _giveBack(uint256 i, uint128 amount) private {
        uint128 paid = uint128(Math.min(amount, unclaimed(i)));
        ledger[i].nonce += 1;
        if (paid > 0 && paid >= ledger[i].pending) (ledger[i].pending, ledger[i].pendingSince) = (0, 0);
        else ledger[i].pending -= ledger[i].pending > 0 ? paid : 0;
        _payOut(i, paid);
    }

    function initiateWithdraw(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint256 i = _throw(dice, configs.length);
        uint128 amount = _amount(dice, i);
        address by = _payerSide(dice, i);
        bytes4 expected = DONE;
        if (!_pays(i, by)) expected = X.InvalidChannel.selector;
        else if (amount == 0) expected = X.NothingToWithdraw.selector;
        else if (ledger[i].pendingSince != 0) expected = X.WithdrawalAlreadyPending.selector;
        else if (amount > unclaimed(i)) expected = X.WithdrawAmountExceedsAvailable.selector;
        bytes memory data = abi.encodeCall(X.initiateWithdraw, (configs[i], amount));
        if (!_sendBy(dice, by, "initiateWithdraw", data, expected)) return;
        (ledger[i].pending, ledger[i].pendingSince) = (amount, uint40(time));
    }

    function finalizeWithdraw(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint256 i = _throw(dice, configs.length);
        // Often one that waits.
        for (uint256 n = _throw(dice, configs.length); n > 0 && ledger[i].pendingSince == 0; --n) {
            i = (i + 1) % configs.length;
        }
        uint256 due = uint256(ledger[i].pendingSince) + configs[i].withdrawDelay;
        // Often at the very second, or the one before it.
        if (ledger[i].pendingSince != 0 && time < due && _throw(dice, 3) > 0) _wait(due - _throw(dice, 3) / 2);
        address by = _payerSide(dice, i);
        bytes4 expected = DONE;
        if (!_pays(i, by)) expected = X.NotAuthorizedToFinalizeWithdraw.selector;
        else if (ledger[i].pendingSince == 0) expected = X.WithdrawalNotPending.selector;
        else if (time < due) expected = X.WithdrawDelayNotElapsed.selector;
        bytes memory data = abi.encodeCall(X.finalizeWithdraw, (configs[i]));
        if (!_sendBy(dice, by, "finalizeWithdraw", data, expected)) return;
        uint128 paid = uint128(Math.min(ledger[i].pending, unclaimed(i)));
        (ledger[i].pending, ledger[i].pendingSince) = (0, 0);
        _payOut(i, paid);
    }

    function _payOut(uint256 i, uint128 paid) private {
        ledger[i].balance -= paid;
        ledger[i].returned += paid;
        held[configs[i].payer][configs[i].token] += paid;
    }
}
