#include "fuzz/json_mutation.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "fuzz/extremes.h"
#include "fuzz/mutation.h"
#include "fuzz/random.h"

namespace qs::test {

namespace {

using nlohmann::json;

constexpr std::array<size_t, 4> kDepths{5, 600, 20000, 300000};

std::string write(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string repeated(const std::string& part, size_t count) {
    std::string text;
    text.reserve(part.size() * count);
    for (size_t i = 0; i < count; ++i) {
        text += part;
    }
    return text;
}

class JsonMutator {
  public:
    JsonMutator(json tree, uint64_t seed) : tree_(std::move(tree)), random_(seed) {}

    std::string run() {
        for (size_t count = 1 + random_.below(3); count > 0; --count) {
            mutate(choose());
        }
        std::string text = write(tree_);
        for (size_t i = 0; i < raw_.size(); ++i) {
            const std::string quoted = '"' + mark(i) + '"';
            if (const size_t at = text.find(quoted); at != std::string::npos) {
                text.replace(at, quoted.size(), raw_[i]);
            }
        }
        return text;
    }

  private:
    /// A way down from the root that may end anywhere: what stands high is chosen as often as what is many.
    json& choose() {
        json* node = &tree_;
        while (!node->empty() && node->is_structured() && (node == &tree_ || !random_.oneIn(4))) {
            node = &*std::next(node->begin(), static_cast<ptrdiff_t>(random_.below(node->size())));
        }
        return *node;
    }

    static std::string mark(size_t index) { return "@raw " + std::to_string(index) + '@'; }

    /// Stands in the tree for text that no JSON library would write.
    std::string placeholder(std::string text) {
        raw_.push_back(std::move(text));
        return mark(raw_.size() - 1);
    }

    void mutate(json& node) {
        switch (random_.below(node.is_structured() ? 8 : 6)) {
            case 0:
                node = ofAnotherType();
                break;
            case 1:
                node = placeholder(oddFragment(node));
                break;
            case 2:
                node = json(choose());
                break;
            case 3:
            case 4:
            case 5:
                node.is_structured() ? mutateMembers(node) : mutateValue(node);
                break;
            default:
                mutateMembers(node);
                break;
        }
    }

    void mutateValue(json& node) {
        if (node.is_number()) {
            node =
                random_.oneIn(3) ? json(placeholder(extremeLiteral(random_))) : json(extremeInteger(random_));
        } else if (node.is_string()) {
            node = random_.oneIn(3) ? placeholder('"' + extremeBytes(random_) + '"') : extremeText(random_);
        } else if (node.is_boolean()) {
            node = !node.get<bool>();
        } else {
            node = ofAnotherType();
        }
    }

    void mutateMembers(json& node) {
        if (node.is_array()) {
            mutateArray(node);
        } else {
            mutateObject(node);
        }
    }

    void mutateArray(json& array) {
        const size_t at = random_.below(array.size());
        switch (random_.below(4)) {
            case 0:
                array.clear();
                break;
            case 1:
                if (!array.empty()) {
                    array.erase(at);
                }
                break;
            case 2:
                array.push_back(array.empty() ? ofAnotherType() : json(array[at]));
                break;
            default:
                array.push_back(ofAnotherType());
                break;
        }
    }

    void mutateObject(json& object) {
        const auto member = std::next(object.begin(), static_cast<ptrdiff_t>(random_.below(object.size())));
        switch (object.empty() ? 3 : random_.below(4)) {
            case 0:
                object.erase(member);
                break;
            case 1:
                object[placeholder(write(member.key()))] = ofAnotherType();  // the key twice
                break;
            case 2: {
                json value = *member;
                object.erase(member);
                object[extremeText(random_)] = std::move(value);
                break;
            }
            default:
                object["unknown_member"] = ofAnotherType();
                break;
        }
    }

    json ofAnotherType() {
        const std::array<json, 9> values{
            json(),        json(true),     json(extremeInteger(random_)),
            json(0.5),     json(""),       json("text"),
            json::array(), json::object(), json::array({json::object(), 1, "x"})};
        return random_.pick(values);
    }

    /// What a parser or a reader meets only where somebody means harm.
    std::string oddFragment(const json& node) {
        const size_t depth = random_.pick(kDepths);
        switch (random_.below(5)) {
            case 0:
                return repeated("[", depth) + repeated("]", depth);
            case 1:
                return repeated("{\"a\":", depth) + "0" + repeated("}", depth);
            case 2:
                return repeated("[", depth);  // never closed
            case 3: {
                const std::string element = node.is_primitive() ? write(node) : "0";
                return '[' + repeated(element + ',', 100000 / element.size()) + element + ']';
            }
            default:
                return R"("\ud800")";
        }
    }

    json tree_;
    Random random_;
    std::vector<std::string> raw_;
};

}  // namespace

std::string mutateJson(const std::string& text, uint64_t seed) {
    // What was mutated before may be none, or too deep to walk.
    constexpr size_t kMostText = 100'000;
    const bool isJson = text.size() <= kMostText && json::accept(text);
    return isJson ? JsonMutator(json::parse(text), seed).run() : mutate(text, seed);
}

}  // namespace qs::test
