#include "isolation/superior.h"

#include "core/error_json.h"

namespace qs {

std::unique_ptr<Superior>& Superior::instance() {
    static std::unique_ptr<Superior> superior;
    return superior;
}

Superior* Superior::get() {
    return instance().get();
}

void Superior::set(Channel channel) {
    instance().reset(new Superior(std::move(channel)));
}

Result<ChannelMessage> Superior::ask(const ChannelMessage& request) {
    const std::lock_guard lock(mutex_);
    QS_TRY(channel_.send(request));
    auto answer = channel_.receive();
    if (!answer) {
        return failure("the process that writes files does not answer any more");
    }
    if (const auto error = answer->body.find("error"); error != answer->body.end()) {
        return Error{static_cast<ErrorKind>(answer->body.value("kind", 1)),
                     bytesOf(error->get<std::string>()),
                     readErrorData(answer->body.value("data", nlohmann::json()))};
    }
    return std::move(*answer);
}

}  // namespace qs
