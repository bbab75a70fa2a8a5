#include "ops/pool_window.h"

#include <string>

namespace qs {

std::optional<OpenedOp> openPoolWindow(const AtenArgs& args, size_t axes,
                                       std::initializer_list<const char*> names) {
    OpenedOp opened{{}, {args.tensor(0)}};
    size_t position = 1;
    for (const std::string name : names) {
        auto list = args.ints(position++);
        if (!list) {
            return std::nullopt;
        }
        if (list->empty() && name == "stride") {
            list = opened.attrs.ints("kernel");
        }
        opened.attrs.set(name, list->size() == 1 ? std::vector<int64_t>(axes, (*list)[0]) : *list);
    }
    return opened;
}

}  // namespace qs
