// The development chain's token: 18 decimals, ERC-2612 permits, EIP-3009 authorizations, and free for all.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC3009Bytes} from "./interfaces/IERC3009Bytes.sol";

contract TestDai is ERC20, ERC20Permit, ERC3009, IERC3009Bytes {
    constructor() ERC20("Test Dai", "DAI") ERC20Permit("Test Dai") {}

    /// @notice The version in the EIP-712 domain, under the name that wallets ask for.
    function version() external pure returns (string memory) {
        return "1";
    }

    /// @notice Makes tokens out of nothing, for whoever asks: they are worth nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc IERC3009Bytes
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external override {
        bytes memory data =
            abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        _requireSigned(from, data, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IERC3009Bytes
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external override {
        if (to != msg.sender) revert ERC20InvalidReceiver(to);
        bytes memory data =
            abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        _requireSigned(from, data, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    function _requireSigned(address from, bytes memory data, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(keccak256(data));
        if (!SignatureChecker.isValidSignatureNow(from, digest, signature)) revert ERC3009InvalidSignature();
    }
}
