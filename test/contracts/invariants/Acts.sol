// All that anyone can do, in any order, by anyone, right or wrong; each with the outcome that the rules ask for.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Earning} from "./Earning.sol";
import {EscrowIn} from "./EscrowIn.sol";
import {EscrowOut} from "./EscrowOut.sol";

contract Acts is EscrowIn, Earning, EscrowOut {
    function pass(uint256 seed) external {
        Dice memory dice = _begin(seed);
        uint40[6] memory steps = [uint40(1), 14 minutes, 15 minutes, 1 hours, 1 days, 30 days];
        _wait(time + steps[Math.min(_throw(dice, 6), _throw(dice, 6))]);
    }
}
