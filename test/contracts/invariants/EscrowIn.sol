// Deposits, by honest and dishonest collectors, and tokens that come by mistake.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TestDai} from "contracts/TestDai.sol";
import {IX402BatchSettlement as X} from "contracts/interfaces/IX402BatchSettlement.sol";
import {Stage} from "./Stage.sol";

abstract contract EscrowIn is Stage {
    uint256 private salts;

    function deposit(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint256 i = _throw(dice, configs.length);
        uint128 amount = uint128(_throw(dice, 1000));
        (address collector, bytes memory data, bool comes, bool minted) = _collector(dice, i, amount);
        if (ledger[i].balance > 0 && _throw(dice, 50) == 0) amount = type(uint128).max;

        bytes4 expected = DONE;
        if (amount == 0) expected = X.ZeroDeposit.selector;
        else if (collector == address(0)) expected = X.InvalidCollector.selector;
        else if (amount > type(uint128).max - ledger[i].balance) expected = X.DepositOverflow.selector;
        else if (minted && !comes) expected = X.DepositCollectionFailed.selector;
        else if (!comes) expected = ANY;
        if (!_send(dice, "deposit", abi.encodeCall(X.deposit, (configs[i], amount, collector, data)), expected)) return;

        ledger[i].balance += amount;
        ledger[i].deposited += amount;
        if (!minted) held[configs[i].payer][configs[i].token] -= amount;
    }

    /// A way to bring the tokens, whether they come, and whether they are new ones.
    function _collector(Dice memory dice, uint256 i, uint128 amount)
        private
        returns (address, bytes memory, bool comes, bool minted)
    {
        uint256 way = _throw(dice, 10);
        if (way == 0) return (address(0), "", false, false);
        if (way == 1) {
            bytes memory call_ = abi.encodeCall(X.settle, (configs[i].receiver, configs[i].token));
            return (address(reentrant), call_, false, false);
        }
        if (way == 2) {
            int256 off = int256(_throw(dice, 3)) - 1;
            return (address(mints), abi.encode(off), off == 0, true);
        }
        if (way < 6) return (address(allowances), "", true, false);
        uint256 signedFor = way == 6 ? _throw(dice, configs.length) : i;
        return (address(authorizations), _authorization(i, signedFor, amount), signedFor == i, false);
    }

    /// The payer's consent to a deposit into one channel, to be used for another perhaps.
    function _authorization(uint256 i, uint256 signedFor, uint128 amount) private returns (bytes memory) {
        uint256 salt = ++salts;
        TestDai token = TestDai(configs[i].token);
        bytes32 hash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                configs[i].payer,
                address(authorizations),
                uint256(amount),
                uint256(0),
                type(uint256).max,
                keccak256(abi.encode(ledger[signedFor].id, salt))
            )
        );
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), hash));
        return abi.encode(uint256(0), type(uint256).max, salt, _sign(configs[i].payer, digest));
    }

    /// Tokens sent by mistake, without a channel.
    function stray(uint256 seed) external {
        Dice memory dice = _begin(seed);
        TestDai token = tokens[_throw(dice, 2)];
        uint256 amount = _throw(dice, 10);
        token.mint(address(settlement), amount);
        strayed[address(token)] += amount;
    }
}
