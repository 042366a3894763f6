// The list of streams that anyone may join and anyone may read: values, errors, events and functions.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title dTok stream registry
/// @notice Who streams what, and whom to pay. A host lists as many streams as it likes, under names of its own.
/// Nobody but a stream's host can change it, and nobody owns the registry.
///
/// The events alone rebuild all of it: {StreamRegistered} and {StreamUpdated} carry a stream's whole description,
/// {HandOverOffered}, {StreamHandedOver} and {StreamClosed} the rest. Titles and metadata are whatever hosts wrote:
/// readers must treat them as text of strangers.
interface IStreamRegistry {
    /// @param host May change, hand over and close the stream.
    /// @param closed For ever: a closed stream's id is never used again.
    /// @param payout Where viewers' channels pay to: the `receiver` of their configuration.
    /// @param offeredTo Who may take the stream over; zero: nobody.
    /// @param name The host's own name for it when it was registered, as text padded with zeros.
    /// @param title For people, 1 to 100 bytes of UTF-8.
    /// @param metadataURI At most 1,024 bytes: price, gate and cams as JSON, by `https:`, `ipfs:` or as `data:` itself.
    struct Stream {
        address host;
        bool closed;
        address payout;
        address offeredTo;
        bytes32 name;
        string title;
        string metadataURI;
    }

    /// @notice A stream needs a name.
    error EmptyName();
    /// @notice The caller has used that name before; the stream has this id.
    error AlreadyRegistered(bytes32 id);
    /// @notice A title has 1 to 100 bytes, not `length`.
    error TitleLength(uint256 length);
    /// @notice A metadata URI has at most 1,024 bytes, not `length`.
    error MetadataLength(uint256 length);
    /// @notice Nobody could be paid.
    error ZeroPayout();
    /// @notice No stream has this id.
    error UnknownStream(bytes32 id);
    /// @notice The stream was closed, for ever.
    error StreamIsClosed(bytes32 id);
    /// @notice The caller is not the stream's host.
    error NotHost(bytes32 id);
    /// @notice The stream was not offered to the caller.
    error NotOffered(bytes32 id);

    event StreamRegistered(
        bytes32 indexed id, address indexed host, address indexed payout, bytes32 name, string title, string metadataURI
    );
    /// @notice The whole description again, as it is from now on.
    event StreamUpdated(bytes32 indexed id, address indexed payout, string title, string metadataURI);
    /// @param to Zero: the offer was taken back.
    event HandOverOffered(bytes32 indexed id, address indexed to);
    event StreamHandedOver(bytes32 indexed id, address indexed from, address indexed to, address payout);
    event StreamClosed(bytes32 indexed id);

    /// @notice Lists a stream of the caller. The same caller and name always give the same id, so that a host that
    /// does not know whether its registration arrived can look, or try again.
    function register(bytes32 name, address payout, string calldata title, string calldata metadataURI)
        external
        returns (bytes32 id);

    /// @notice Changes the description, by the host.
    function update(bytes32 id, address payout, string calldata title, string calldata metadataURI) external;

    /// @notice First step of handing over, by the host: replaces an offer made before; `to` zero takes it back.
    function offer(bytes32 id, address to) external;

    /// @notice Second step, by whom it was offered to. The new host says where to pay from now on, so that no payment
    /// goes to the old one by oversight.
    function accept(bytes32 id, address payout) external;

    /// @notice Takes the stream off the list, for ever, by the host.
    function close(bytes32 id) external;

    /// @notice A stream, closed or not; all zero for an id that nobody registered.
    function streams(bytes32 id) external view returns (Stream memory);

    /// @notice What id a host's stream of that name has or would have.
    function idOf(address host, bytes32 name) external pure returns (bytes32);

    /// @notice How many streams were ever registered.
    function count() external view returns (uint256);

    /// @notice At most `limit` streams from the `start`th registered on, closed ones included, oldest first.
    function page(uint256 start, uint256 limit) external view returns (bytes32[] memory ids, Stream[] memory found);
}
