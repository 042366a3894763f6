// How an act is played: dice that all of it follows from, time, who sends it, and what must come of it.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {World} from "./World.sol";
import {vm} from "./Vm.sol";

abstract contract Stage is World {
    /// One throw follows from the other, so that an act needs one number only.
    struct Dice {
        uint256 state;
    }

    error WentThrough(string act);
    error WasRefused(string act, bytes reason);
    error RefusedOtherwise(string act, bytes reason, bytes4 expected);

    /// Expected of a call: any error, when it is another contract's to choose.
    bytes4 internal constant ANY = 0xffffffff;
    bytes4 internal constant DONE = 0;

    /// How often each act went through.
    mapping(string act => uint256) public done;

    function _begin(uint256 seed) internal returns (Dice memory) {
        vm.warp(time);
        return Dice(seed);
    }

    function _wait(uint256 until) internal {
        time = until;
        vm.warp(until);
    }

    /// 0 <= result < sides.
    function _throw(Dice memory dice, uint256 sides) internal pure returns (uint256) {
        dice.state = uint256(keccak256(abi.encode(dice.state)));
        return dice.state % sides;
    }

    /// Nothing, some, all, or more than all of what a channel has left.
    function _amount(Dice memory dice, uint256 i) internal view returns (uint128) {
        uint256 way = _throw(dice, 8);
        if (way == 0) return uint128(_throw(dice, 2));
        if (way == 1) return type(uint128).max;
        if (way == 2) return unclaimed(i);
        if (way == 3) return unclaimed(i) + 1;
        return uint128(_throw(dice, 2 + unclaimed(i)));
    }

    /// Mostly who ought to, sometimes anyone.
    function _by(Dice memory dice, address who) internal view returns (address) {
        return _throw(dice, 6) == 0 ? people[_throw(dice, people.length)] : who;
    }

    function _payerSide(Dice memory dice, uint256 i) internal view returns (address) {
        address key = configs[i].payerAuthorizer;
        return _by(dice, key == address(0) || _throw(dice, 2) == 0 ? configs[i].payer : key);
    }

    function _pays(uint256 i, address who) internal view returns (bool) {
        return who == configs[i].payer || who == configs[i].payerAuthorizer;
    }

    function _receives(uint256 i, address who) internal view returns (bool) {
        return who == configs[i].receiver || who == configs[i].receiverAuthorizer;
    }

    function _send(Dice memory dice, string memory act, bytes memory data, bytes4 expected) internal returns (bool) {
        return _sendBy(dice, people[_throw(dice, people.length)], act, data, expected);
    }

    /// Sends a call, alone or inside a multicall, and holds its outcome against the expected one; true when it went
    /// through.
    function _sendBy(Dice memory dice, address by, string memory act, bytes memory data, bytes4 expected)
        internal
        returns (bool ok)
    {
        bytes memory reason;
        if (_throw(dice, 4) == 0) {
            bytes[] memory calls = new bytes[](1);
            calls[0] = data;
            data = abi.encodeCall(settlement.multicall, (calls));
        }
        vm.prank(by);
        (ok, reason) = address(settlement).call(data);
        if (ok && expected != DONE) revert WentThrough(act);
        if (!ok && expected == DONE) revert WasRefused(act, reason);
        if (!ok && expected != ANY && bytes4(reason) != expected) revert RefusedOtherwise(act, reason, expected);
        if (ok) ++done[act];
    }
}
