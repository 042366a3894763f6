// The list of streams, on chain: many for each host, without an owner and without an upgrade.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStreamRegistry} from "./interfaces/IStreamRegistry.sol";

/// @dev Holds no money and calls nobody.
contract StreamRegistry is IStreamRegistry {
    uint256 public constant MAX_TITLE = 100;
    uint256 public constant MAX_METADATA = 1024;

    mapping(bytes32 id => Stream) private _streams;
    bytes32[] private _ids;

    // ------------------------------------------------------------------------------------------------ hosts

    /// @inheritdoc IStreamRegistry
    function register(bytes32 name, address payout, string calldata title, string calldata metadataURI)
        external
        override
        returns (bytes32 id)
    {
        if (name == 0) revert EmptyName();
        id = idOf(msg.sender, name);
        if (_streams[id].host != address(0)) revert AlreadyRegistered(id);
        _requireDescription(payout, title, metadataURI);

        _ids.push(id);
        _streams[id] = Stream(msg.sender, false, payout, address(0), name, title, metadataURI);
        emit StreamRegistered(id, msg.sender, payout, name, title, metadataURI);
    }

    /// @inheritdoc IStreamRegistry
    function update(bytes32 id, address payout, string calldata title, string calldata metadataURI) external override {
        Stream storage stream = _ownOpen(id);
        _requireDescription(payout, title, metadataURI);

        stream.payout = payout;
        stream.title = title;
        stream.metadataURI = metadataURI;
        emit StreamUpdated(id, payout, title, metadataURI);
    }

    /// @inheritdoc IStreamRegistry
    function offer(bytes32 id, address to) external override {
        _ownOpen(id).offeredTo = to;
        emit HandOverOffered(id, to);
    }

    /// @inheritdoc IStreamRegistry
    function accept(bytes32 id, address payout) external override {
        Stream storage stream = _open(id);
        if (stream.offeredTo != msg.sender) revert NotOffered(id);
        if (payout == address(0)) revert ZeroPayout();

        address from = stream.host;
        stream.host = msg.sender;
        stream.payout = payout;
        stream.offeredTo = address(0);
        emit StreamHandedOver(id, from, msg.sender, payout);
    }

    /// @inheritdoc IStreamRegistry
    function close(bytes32 id) external override {
        Stream storage stream = _ownOpen(id);
        stream.closed = true;
        stream.offeredTo = address(0);
        emit StreamClosed(id);
    }

    // ------------------------------------------------------------------------------------------------ readers

    /// @inheritdoc IStreamRegistry
    function streams(bytes32 id) external view override returns (Stream memory) {
        return _streams[id];
    }

    /// @inheritdoc IStreamRegistry
    function idOf(address host, bytes32 name) public pure override returns (bytes32) {
        return keccak256(abi.encode(host, name));
    }

    /// @inheritdoc IStreamRegistry
    function count() external view override returns (uint256) {
        return _ids.length;
    }

    /// @inheritdoc IStreamRegistry
    function page(uint256 start, uint256 limit)
        external
        view
        override
        returns (bytes32[] memory ids, Stream[] memory found)
    {
        uint256 left = start < _ids.length ? _ids.length - start : 0;
        uint256 size = Math.min(left, limit);
        ids = new bytes32[](size);
        found = new Stream[](size);
        for (uint256 i = 0; i < size; ++i) {
            ids[i] = _ids[start + i];
            found[i] = _streams[ids[i]];
        }
    }

    // ------------------------------------------------------------------------------------------------ how

    function _open(bytes32 id) private view returns (Stream storage stream) {
        stream = _streams[id];
        if (stream.host == address(0)) revert UnknownStream(id);
        if (stream.closed) revert StreamIsClosed(id);
    }

    function _ownOpen(bytes32 id) private view returns (Stream storage stream) {
        stream = _open(id);
        if (stream.host != msg.sender) revert NotHost(id);
    }

    function _requireDescription(address payout, string calldata title, string calldata metadataURI) private pure {
        if (payout == address(0)) revert ZeroPayout();
        uint256 length = bytes(title).length;
        if (length == 0 || length > MAX_TITLE) revert TitleLength(length);
        if (bytes(metadataURI).length > MAX_METADATA) revert MetadataLength(bytes(metadataURI).length);
    }
}
