// What every deposit collector shares: it serves one settlement contract and nobody else.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDepositCollector} from "../interfaces/IDepositCollector.sol";

abstract contract DepositCollector is IDepositCollector {
    /// @notice The zero address cannot be served.
    error InvalidX402BatchSettlementAddress();
    /// @notice The caller is not the settlement contract.
    error OnlyX402BatchSettlement();

    /// @notice The settlement contract that it serves; all tokens go there.
    address public immutable x402BatchSettlement;

    constructor(address settlement) {
        if (settlement == address(0)) revert InvalidX402BatchSettlementAddress();
        x402BatchSettlement = settlement;
    }

    modifier onlySettlement() {
        if (msg.sender != x402BatchSettlement) revert OnlyX402BatchSettlement();
        _;
    }
}
