#include "isolation/output_json.h"
#include "isolation/output_set.h"
#include "isolation/superior.h"

namespace qs {

namespace {

class RemoteOutputs : public OutputSet {
  public:
    explicit RemoteOutputs(Superior& superior) : superior_(superior) {}
    ~RemoteOutputs() override {
        if (number_ >= 0) {
            (void)superior_.ask({{{"do", "drop"}, {"set", number_}}, {}});
        }
    }

    Status claim(const std::vector<OutputClaim>& claims, const std::vector<OutputInput>& inputs) override {
        QS_ASSIGN(
            const ChannelMessage answer,
            superior_.ask(
                {{{"do", "claim"}, {"set", number_}, {"claims", toJson(claims)}, {"inputs", toJson(inputs)}},
                 {}}));
        number_ = answer.body.value("set", int64_t{-1});
        return {};
    }
    Result<Descriptor> create(const std::filesystem::path& path, bool executable) override {
        QS_ASSIGN(ChannelMessage answer, superior_.ask({{{"do", "create"},
                                                         {"set", number_},
                                                         {"path", textOf(path.string())},
                                                         {"executable", executable}},
                                                        {}}));
        return std::move(answer.descriptor);
    }
    Status publish() override {
        const auto answer = superior_.ask({{{"do", "publish"}, {"set", number_}}, {}});
        return answer ? Status() : Status(answer.error());
    }

  private:
    Superior& superior_;
    int64_t number_ = -1;  ///< what the other process calls the set; -1: it knows none yet
};

}  // namespace

std::unique_ptr<OutputSet> makeOutputs() {
    Superior* superior = Superior::get();
    return superior ? std::make_unique<RemoteOutputs>(*superior) : makeLocalOutputs();
}

}  // namespace qs
