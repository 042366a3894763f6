// Claims in batches, good and bad, and their payment.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IX402BatchSettlement as X} from "contracts/interfaces/IX402BatchSettlement.sol";
import {Stage} from "./Stage.sol";

abstract contract Earning is Stage {
    function claim(uint256 seed) external {
        Dice memory dice = _begin(seed);
        (X.VoucherClaim[] memory rows, uint256[] memory which, bool[] memory forged) = _rows(dice);
        address by = _by(dice, configs[which.length > 0 ? which[0] : 0].receiver);
        bytes4 expected = rows.length == 0 ? X.EmptyBatch.selector : _judge(rows, which, forged, by, address(0));
        if (_sendBy(dice, by, "claim", abi.encodeCall(X.claim, (rows)), expected)) _book(rows, which);
    }

    function claimWithSignature(uint256 seed) external {
        Dice memory dice = _begin(seed);
        (X.VoucherClaim[] memory rows, uint256[] memory which, bool[] memory forged) = _rows(dice);
        address authorizer = rows.length > 0 ? configs[which[0]].receiverAuthorizer : gate;
        address signer = _by(dice, authorizer);
        bytes memory signature = _sign(signer, settlement.getClaimBatchDigest(rows));

        bytes4 expected;
        if (rows.length == 0) expected = X.EmptyBatch.selector;
        else if (signer != authorizer) expected = X.InvalidSignature.selector;
        else expected = _judge(rows, which, forged, address(0), authorizer);
        bytes memory data = abi.encodeCall(X.claimWithSignature, (rows, signature));
        if (_send(dice, "claimWithSignature", data, expected)) _book(rows, which);
    }

    /// None to three rows, of which channels, and which of them are signed by a wrong key.
    function _rows(Dice memory dice)
        private
        view
        returns (X.VoucherClaim[] memory rows, uint256[] memory which, bool[] memory forged)
    {
        uint256 length = _throw(dice, 20) == 0 ? 0 : 1 + _throw(dice, 3) * _throw(dice, 2);
        rows = new X.VoucherClaim[](length);
        which = new uint256[](length);
        forged = new bool[](length);
        for (uint256 n = 0; n < length; ++n) {
            uint256 i = _throw(dice, configs.length);
            uint128 base = ledger[i].claimed;
            uint128 ceiling = base + uint128(_throw(dice, 600));
            uint128 total = _throw(dice, 5) > 0 ? base + uint128(_throw(dice, ceiling - base + 1)) : _any(dice, base);
            address owner = configs[i].payerAuthorizer == address(0) ? configs[i].payer : configs[i].payerAuthorizer;
            address signer = _throw(dice, 12) == 0 ? people[_throw(dice, people.length)] : owner;
            bytes memory signature = _sign(signer, settlement.getVoucherDigest(ledger[i].id, ceiling));
            rows[n] = X.VoucherClaim(X.Voucher(configs[i], ceiling), signature, total);
            (which[n], forged[n]) = (i, signer != owner);
        }
    }

    /// A total around what is claimed already: lower, the same, higher, or past everything.
    function _any(Dice memory dice, uint128 base) private pure returns (uint128) {
        uint128 off = uint128(_throw(dice, 1200));
        return _throw(dice, 2) == 0 ? base + off : base - uint128(Math.min(base, off));
    }

    /// The rules of a batch: by the receiver's side when `by` is given, by one authorizer's signature otherwise.
    function _judge(
        X.VoucherClaim[] memory rows,
        uint256[] memory which,
        bool[] memory forged,
        address by,
        address authorizer
    ) private view returns (bytes4) {
        uint128[] memory claimed = new uint128[](configs.length);
        for (uint256 n = 0; n < rows.length; ++n) {
            uint256 i = which[n];
            if (by != address(0) && !_receives(i, by)) return X.NotAuthorizedToClaim.selector;
            if (by == address(0) && configs[i].receiverAuthorizer != authorizer) {
                return X.NotReceiverAuthorizer.selector;
            }
            if (rows[n].totalClaimed <= Math.max(ledger[i].claimed, claimed[i])) continue;
            if (rows[n].totalClaimed > rows[n].voucher.maxClaimableAmount) return X.ClaimExceedsCeiling.selector;
            if (rows[n].totalClaimed > ledger[i].balance) return X.ClaimExceedsBalance.selector;
            if (forged[n]) return X.InvalidSignature.selector;
            claimed[i] = rows[n].totalClaimed;
        }
        return DONE;
    }

    function _book(X.VoucherClaim[] memory rows, uint256[] memory which) private {
        for (uint256 n = 0; n < rows.length; ++n) {
            (uint256 i, uint128 total) = (which[n], rows[n].totalClaimed);
            if (total <= ledger[i].claimed) continue;
            earned[configs[i].receiver][configs[i].token] += total - ledger[i].claimed;
            ledger[i].claimed = total;
        }
    }

    function settle(uint256 seed) external {
        Dice memory dice = _begin(seed);
        address to = _throw(dice, 4) > 0 ? (_throw(dice, 2) == 0 ? host : guest) : people[_throw(dice, people.length)];
        address token = address(tokens[_throw(dice, 2)]);
        _send(dice, "settle", abi.encodeCall(X.settle, (to, token)), DONE);
        uint256 due = earned[to][token] - settled[to][token];
        settled[to][token] += due;
        held[to][token] += due;
    }
}
