// What a test needs of ENS: a registry, a resolver for both ways, and a reverse registrar.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

contract NameRegistry {
    mapping(bytes32 => address) public owner;
    mapping(bytes32 => address) public resolver;

    constructor() {
        owner[bytes32(0)] = msg.sender;
    }

    function setSubnodeRecord(bytes32 node, bytes32 label, address newOwner, address newResolver) external {
        require(owner[node] == msg.sender, "not the owner");
        bytes32 child = keccak256(abi.encodePacked(node, label));
        owner[child] = newOwner;
        resolver[child] = newResolver;
    }
}

contract NameResolver {
    NameRegistry private immutable registry;
    mapping(bytes32 => address) public addr;
    mapping(bytes32 => string) public name;

    constructor(NameRegistry registry_) {
        registry = registry_;
    }

    modifier onlyOwner(bytes32 node) {
        require(registry.owner(node) == msg.sender, "not the owner");
        _;
    }

    function setAddr(bytes32 node, address value) external onlyOwner(node) {
        addr[node] = value;
    }

    function setName(bytes32 node, string calldata value) external onlyOwner(node) {
        name[node] = value;
    }
}

/// Owns `addr.reverse`: whoever calls names himself.
contract ReverseRegistrar {
    bytes32 private constant ADDR_REVERSE = 0x91d1777781884d03a6757a803996e38de2a42967fb37eeaca72729271025a9e2;
    NameRegistry private immutable registry;
    NameResolver private immutable resolver;

    constructor(NameRegistry registry_, NameResolver resolver_) {
        registry = registry_;
        resolver = resolver_;
    }

    function setName(string calldata value) external {
        bytes32 label = keccak256(bytes(hexOf(msg.sender)));
        registry.setSubnodeRecord(ADDR_REVERSE, label, address(this), address(resolver));
        resolver.setName(keccak256(abi.encodePacked(ADDR_REVERSE, label)), value);
    }

    function hexOf(address value) private pure returns (string memory) {
        bytes16 digits = "0123456789abcdef";
        bytes memory text = new bytes(40);
        uint160 rest = uint160(value);
        for (uint256 i = 40; i > 0; i--) {
            text[i - 1] = digits[rest & 15];
            rest >>= 4;
        }
        return string(text);
    }
}
