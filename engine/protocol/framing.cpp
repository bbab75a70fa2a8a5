#include "protocol/framing.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "protocol/parse_json.h"

namespace qs::protocol {

namespace {

constexpr std::string_view kLengthField = "content-length:";
/// An oversize body up to this length is skipped; a larger length is taken for damage.
constexpr size_t kMaxSkipBytes = size_t(8) << 30;

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Position of "Content-Length:" in any case, or npos.
size_t findLengthField(std::string_view text) {
    const auto at = std::search(text.begin(), text.end(), kLengthField.begin(), kLengthField.end(),
                                [](char a, char b) { return lower(a) == b; });
    return at == text.end() ? std::string_view::npos : static_cast<size_t>(at - text.begin());
}

/// Length of a header block with the empty line that ends it, or npos.
size_t headerEnd(std::string_view text) {
    for (size_t line = text.find('\n'); line != std::string_view::npos; line = text.find('\n', line + 1)) {
        const std::string_view rest = text.substr(line + 1);
        if (rest.starts_with("\r\n")) {
            return line + 3;
        }
        if (rest.starts_with('\n')) {
            return line + 2;
        }
    }
    return std::string_view::npos;
}

std::string_view trim(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<size_t> parseLength(std::string_view text) {
    size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const bool valid = error == std::errc() && end == text.data() + text.size() && length <= kMaxSkipBytes;
    return valid ? std::optional(length) : std::nullopt;
}

bool isFieldName(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-';
    });
}

/// The one length that a header block (every line ends in '\n') gives; empty if it is no such block.
std::optional<size_t> lengthOfHeader(std::string_view block) {
    std::optional<size_t> length;
    while (!block.empty()) {
        const size_t end = block.find('\n');
        const std::string_view line = trim(block.substr(0, end));
        block.remove_prefix(end + 1);
        if (line.empty()) {
            continue;
        }
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos || !isFieldName(line.substr(0, colon))) {
            return std::nullopt;
        }
        if (findLengthField(line) != 0) {
            continue;
        }
        const std::optional<size_t> value = parseLength(trim(line.substr(colon + 1)));
        if (!value || (length && *length != *value)) {
            return std::nullopt;
        }
        length = value;
    }
    return length;
}

}  // namespace

void FrameDecoder::feed(std::string_view bytes) {
    const size_t dropped = std::min(skip_, bytes.size());
    skip_ -= dropped;
    buffer_.append(bytes.substr(dropped));
}

std::optional<Frame> FrameDecoder::next() {
    if (lost_) {
        resynchronize();
    }
    if (lost_ || skip_ > 0) {
        return std::nullopt;
    }
    if (!length_) {
        if (auto error = header()) {
            return error;
        }
    }
    return length_ ? body() : std::nullopt;
}

/// Reads a header block into length_, or returns what is wrong with it; neither while it is incomplete.
std::optional<Frame> FrameDecoder::header() {
    std::string_view text = std::string_view(buffer_).substr(begin_);
    const size_t blank = std::min(text.find_first_not_of("\r\n"), text.size());
    consume(blank);
    text = std::string_view(buffer_).substr(begin_);
    const size_t end = headerEnd(text);
    if (end == std::string_view::npos && text.size() <= kMaxHeaderBytes) {
        return std::nullopt;
    }
    const auto length = end == std::string_view::npos ? std::nullopt : lengthOfHeader(text.substr(0, end));
    if (!length) {
        lost_ = true;
        consume(1);
        return FrameError{"a message header without a usable Content-Length"};
    }
    consume(end);
    if (*length > kMaxBodyBytes) {
        const size_t here = std::min(*length, buffer_.size() - begin_);
        consume(here);
        skip_ = *length - here;
        return FrameError{"a message of " + std::to_string(*length) + " bytes; at most " +
                          std::to_string(kMaxBodyBytes) + " are accepted"};
    }
    length_ = length;
    return std::nullopt;
}

std::optional<Frame> FrameDecoder::body() {
    if (buffer_.size() - begin_ < *length_) {
        return std::nullopt;
    }
    const std::string_view text = std::string_view(buffer_).substr(begin_, *length_);
    ParsedJson message = parseJson(text);
    consume(*length_);
    length_.reset();
    if (!message.problem.empty()) {
        return FrameError{"a message that " + message.problem};
    }
    return std::move(message.value);
}

/// Drops bytes up to the next length field; keeps what may be the beginning of one.
void FrameDecoder::resynchronize() {
    const std::string_view text = std::string_view(buffer_).substr(begin_);
    const size_t found = findLengthField(text);
    if (found != std::string_view::npos) {
        consume(found);
        lost_ = false;
    } else if (text.size() >= kLengthField.size()) {
        consume(text.size() - kLengthField.size() + 1);
    }
}

void FrameDecoder::consume(size_t count) {
    begin_ += count;
    // Erasing only when the dead part is the larger one keeps the cost linear in the bytes fed.
    if (begin_ * 2 >= buffer_.size()) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
}

bool FrameDecoder::isMidFrame() const {
    return length_ || skip_ > 0 || lost_ || begin_ < buffer_.size();
}

void FrameDecoder::reset() {
    *this = FrameDecoder();
}

std::string encodeFrame(const nlohmann::json& message) {
    const std::string body = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace qs::protocol
