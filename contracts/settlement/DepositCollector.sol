// What every deposit collector shares: it serves one settlement contract and nobody else.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDepositCollector} from "../interfaces/IDepositCollector.sol";

abstract contract DepositCollector is IDepositCollector {
    /// @notice The zero address cannot be served.
    error InvalidSettlement();
    /// @notice The caller is not the settlement contract.
    error OnlySettlement();

    address public immutable settlement;

    constructor(address settlement_) {
        if (settlement_ == address(0)) revert InvalidSettlement();
        settlement = settlement_;
    }

    modifier onlySettlement() {
        if (msg.sender != settlement) revert OnlySettlement();
        _;
    }
}
