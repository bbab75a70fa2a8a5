#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Frames as in the Language Server Protocol: "Content-Length: N\r\n", other header lines, an empty line,
/// then N bytes of UTF-8 JSON.
namespace qs::protocol {

inline constexpr size_t kMaxBodyBytes = 256u << 20;
inline constexpr size_t kMaxHeaderBytes = 8u << 10;

/// A frame that could not be used; the decoder has gone on behind it.
struct FrameError {
    std::string message;
};

using Frame = std::variant<nlohmann::json, FrameError>;

/// Cuts a byte stream into messages. Bytes may come in pieces of any size.
/// After a frame that is broken the stream stays in step where that is possible: a body that is not JSON and
/// a body over kMaxBodyBytes are skipped whole; after a header without a usable length, or bytes that are no
/// header, decoding goes on at the next line that begins with "Content-Length:".
class FrameDecoder {
  public:
    void feed(std::string_view bytes);
    /// The next message or error; empty until more bytes come.
    std::optional<Frame> next();
    /// Whether the bytes so far end inside a frame.
    bool isMidFrame() const;
    /// Forgets everything.
    void reset();

  private:
    std::optional<Frame> header();
    std::optional<Frame> body();
    void resynchronize();
    void consume(size_t count);

    std::string buffer_;
    size_t begin_ = 0;              ///< of what is not consumed in buffer_
    std::optional<size_t> length_;  ///< of the body at begin_
    size_t skip_ = 0;               ///< bytes of an oversize body still to be dropped
    bool lost_ = false;             ///< looking for the next header
};

/// The bytes of a message with its header. Text that is not UTF-8 is replaced by U+FFFD, never refused.
std::string encodeFrame(const nlohmann::json& message);

}  // namespace qs::protocol
