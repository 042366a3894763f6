// Transfers by signature with Permit2's published interface, for the development chain: its unordered nonces only.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IPermit2} from "./interfaces/IPermit2.sol";

/// @notice Public chains carry the canonical Permit2, with allowances and batches besides; this one is for chains of
/// one's own.
contract Permit2 is IPermit2 {
    using SafeERC20 for IERC20;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    string private constant TOKEN_PERMISSIONS = "TokenPermissions(address token,uint256 amount)";
    bytes32 private constant TOKEN_PERMISSIONS_TYPEHASH = keccak256(bytes(TOKEN_PERMISSIONS));
    string private constant FIELDS = "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline";

    mapping(address owner => mapping(uint256 word => uint256 bits)) public override nonceBitmap;

    /// @inheritdoc IPermit2
    function permitTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes calldata signature
    ) external override {
        bytes32 typeHash = keccak256(abi.encodePacked("PermitTransferFrom(", FIELDS, ")", TOKEN_PERMISSIONS));
        _move(permit, transferDetails, owner, keccak256(_encode(typeHash, permit)), signature);
    }

    /// @inheritdoc IPermit2
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external override {
        bytes32 typeHash = keccak256(abi.encodePacked("PermitWitnessTransferFrom(", FIELDS, ",", witnessTypeString));
        bytes32 hash = keccak256(bytes.concat(_encode(typeHash, permit), witness));
        _move(permit, transferDetails, owner, hash, signature);
    }

    /// @inheritdoc IPermit2
    function invalidateUnorderedNonces(uint256 wordPos, uint256 mask) external override {
        nonceBitmap[msg.sender][wordPos] |= mask;
        emit UnorderedNonceInvalidation(msg.sender, wordPos, mask);
    }

    /// @inheritdoc IPermit2
    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Permit2"), block.chainid, address(this)));
    }

    function _move(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 hash,
        bytes calldata signature
    ) private {
        if (block.timestamp > permit.deadline) revert SignatureExpired(permit.deadline);
        if (transferDetails.requestedAmount > permit.permitted.amount) revert InvalidAmount(permit.permitted.amount);
        _useNonce(owner, permit.nonce);
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", DOMAIN_SEPARATOR(), hash));
        if (!SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature)) revert InvalidSigner();
        IERC20(permit.permitted.token).safeTransferFrom(owner, transferDetails.to, transferDetails.requestedAmount);
    }

    /// @dev A nonce is one bit: the upper 248 bits say which word, the lower 8 which bit of it.
    function _useNonce(address owner, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 bits = nonceBitmap[owner][nonce >> 8];
        if (bits & bit != 0) revert InvalidNonce();
        nonceBitmap[owner][nonce >> 8] = bits | bit;
    }

    /// @dev What every such message begins with; the spender is whoever calls.
    function _encode(bytes32 typeHash, PermitTransferFrom calldata permit) private view returns (bytes memory) {
        bytes32 permitted =
            keccak256(abi.encode(TOKEN_PERMISSIONS_TYPEHASH, permit.permitted.token, permit.permitted.amount));
        return abi.encode(typeHash, permitted, msg.sender, permit.nonce, permit.deadline);
    }
}
