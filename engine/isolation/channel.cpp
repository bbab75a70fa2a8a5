#include "isolation/channel.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "protocol/parse_json.h"

namespace qs {

namespace {

constexpr size_t kMostBytes = size_t{1} << 17;  ///< of a message; a socket's buffer holds more

struct ControlBuffer {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

Descriptor descriptorIn(msghdr& header) {
    Descriptor found;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
            part->cmsg_len == CMSG_LEN(sizeof(int))) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part), sizeof(number));
            found = Descriptor(number);
        }
    }
    return found;
}

}  // namespace

std::string textOf(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        const auto code = static_cast<unsigned char>(byte);
        if (code < 0x80) {
            text += byte;
        } else {
            text += static_cast<char>(0xc0 | (code >> 6));
            text += static_cast<char>(0x80 | (code & 0x3f));
        }
    }
    return text;
}

std::string bytesOf(std::string_view text) {
    std::string bytes;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto code = static_cast<unsigned char>(text[i]);
        const bool isPair = code >= 0xc2 && code <= 0xc3 && i + 1 < text.size();
        bytes += isPair ? static_cast<char>((code << 6) | (text[++i] & 0x3f)) : text[i];
    }
    return bytes;
}

Result<std::pair<Channel, Channel>> Channel::pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return failure(std::string("cannot make a pair of sockets: ") + std::strerror(errno));
    }
    return std::pair(Channel(Descriptor(ends[0])), Channel(Descriptor(ends[1])));
}

Status Channel::send(const ChannelMessage& message) const {
    std::string bytes = message.body.dump();
    iovec part{bytes.data(), bytes.size()};
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    ControlBuffer control;
    if (message.descriptor) {
        header.msg_control = control.bytes.data();
        header.msg_controllen = control.bytes.size();
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        const int number = message.descriptor.get();
        std::memcpy(CMSG_DATA(rights), &number, sizeof(number));
    }
    ssize_t sent = -1;
    do {
        sent = bytes.size() > kMostBytes ? -1 : ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 ? Status() : Status(failure("the process that writes files does not answer any more"));
}

std::optional<ChannelMessage> Channel::receive() const {
    std::vector<char> bytes(kMostBytes);
    iovec part{bytes.data(), bytes.size()};
    ControlBuffer control;
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    ssize_t count = -1;
    do {
        count = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    ChannelMessage message;
    message.descriptor = descriptorIn(header);
    if (count <= 0 || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        return std::nullopt;
    }
    // The other end may be in the hands of a stranger's file.
    message.body = protocol::parseJson({bytes.data(), static_cast<size_t>(count)}).value;
    return message.body.is_object() ? std::optional(std::move(message)) : std::nullopt;
}

}  // namespace qs
