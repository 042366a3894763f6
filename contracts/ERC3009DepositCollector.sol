// Deposits by an EIP-3009 authorization: the payer signs once, needs no approval and no gas.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC3009Bytes} from "./interfaces/IERC3009Bytes.sol";
import {IDepositCollector} from "./interfaces/IDepositCollector.sol";
import {DepositCollector} from "./settlement/DepositCollector.sol";

contract ERC3009DepositCollector is DepositCollector {
    using SafeERC20 for IERC20;

    constructor(address settlement_) DepositCollector(settlement_) {}

    /// @inheritdoc IDepositCollector
    /// @dev `collectorData` is `abi.encode(uint256 validAfter, uint256 validBefore, uint256 salt, bytes signature)`,
    /// the signature over `ReceiveWithAuthorization(from: payer, to: this collector, value: amount, ...)`. Its nonce
    /// `keccak256(abi.encode(channelId, salt))` is what binds it to the channel.
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData)
        external
        override
        onlySettlement
    {
        (uint256 validAfter, uint256 validBefore, uint256 salt, bytes memory signature) =
            abi.decode(collectorData, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        IERC3009Bytes(token).receiveWithAuthorization(
            payer, address(this), amount, validAfter, validBefore, nonce, signature
        );
        IERC20(token).safeTransfer(msg.sender, amount);
    }
}
