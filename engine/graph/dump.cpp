#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <unordered_map>

#include "graph/graph.h"
#include "graph/parse_graph.h"
#include "graph/text_cursor.h"

namespace qs {

namespace {

std::string quotedText(std::string_view text) {
    std::string all = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            all += '\\';
        }
        all += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return all + '"';
}

std::string nameText(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, isNameCharacter) ? std::string(name) : quotedText(name);
}

/// The shortest text that reads as the same number, and never as an integer.
std::string numberText(double number) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    std::string shortest(text.data(), end);
    const bool looksInteger =
        shortest.find_first_of(".en") == std::string::npos;  // "inf" and "nan" have an n
    return looksInteger ? shortest + ".0" : shortest;
}

/// Of a float32 element: as short as reads as the same float32.
std::string elementText(float number) {
    std::array<char, 32> text;
    const char* end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    double read = 0;
    std::from_chars(text.data(), end, read);
    const std::string shortest(text.data(), static_cast<size_t>(end - text.data()));
    const bool looksInteger = shortest.find_first_of(".en") == std::string::npos;
    return static_cast<float>(read) == number ? shortest + (looksInteger ? ".0" : "") : numberText(number);
}

template <typename List, typename Print>
std::string listText(const List& list, const Print& print) {
    std::string text = "[";
    for (size_t i = 0; i < list.size(); ++i) {
        text += (i ? ", " : "") + print(list[i]);
    }
    return text + ']';
}

std::string shapeText(const Shape& shape, at::ScalarType type) {
    if (shape.empty() && type == at::kFloat) {
        return "";
    }
    std::string text = "(";
    for (size_t i = 0; i < shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(shape[i]);
    }
    return text + (type == at::kFloat ? "" : "; " + std::string(elementTypeName(type))) + ')';
}

std::string integerText(int64_t number) {
    return std::to_string(number);
}

std::string elementsText(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().flatten().contiguous();
    if (flat.scalar_type() == at::kFloat) {
        return listText(std::vector(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()),
                        elementText);
    }
    if (at::isFloatingType(flat.scalar_type())) {
        const at::Tensor numbers = flat.to(at::kDouble);
        return listText(std::vector(numbers.data_ptr<double>(), numbers.data_ptr<double>() + numbers.numel()),
                        numberText);
    }
    const at::Tensor numbers = flat.to(at::kLong);
    return listText(std::vector(numbers.data_ptr<int64_t>(), numbers.data_ptr<int64_t>() + numbers.numel()),
                    integerText);
}

std::string ivalueText(const c10::IValue& value) {
    const auto boolText = [](bool v) { return std::string(v ? "true" : "false"); };
    if (value.isNone()) {
        return "none";
    }
    if (value.isBool()) {
        return boolText(value.toBool());
    }
    if (value.isInt()) {
        return integerText(value.toInt());
    }
    if (value.isDouble()) {
        return numberText(value.toDouble());
    }
    if (value.isString()) {
        return quotedText(value.toStringRef());
    }
    if (value.isIntList()) {
        return listText(value.toIntVector(), integerText);
    }
    if (value.isDoubleList()) {
        const auto list = value.toDoubleVector();
        return list.empty() ? "doubles[]" : listText(list, numberText);
    }
    if (value.isBoolList()) {
        const auto list = value.toBoolList();
        return list.empty() ? "bools[]" : listText(list, boolText);
    }
    if (value.isTensor() && value.toTensor().defined()) {
        const at::Tensor& tensor = value.toTensor();
        return "tensor" + shapeText(tensor.sizes().vec(), tensor.scalar_type()) + elementsText(tensor);
    }
    return '?' + value.tagKind();
}

struct AttributeText {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return integerText(v); }
    std::string operator()(double v) const { return numberText(v); }
    std::string operator()(const std::string& v) const { return quotedText(v); }
    std::string operator()(const c10::IValue& v) const { return '<' + ivalueText(v) + '>'; }
    std::string operator()(const std::vector<int64_t>& v) const { return listOf(v, "ints"); }
    std::string operator()(const std::vector<double>& v) const { return listOf(v, "doubles"); }
    std::string operator()(const std::vector<std::string>& v) const { return listOf(v, "strings"); }

    template <typename T>
    std::string listOf(const std::vector<T>& list, const char* type) const {
        return (list.empty() ? type : "") + listText(list, *this);
    }
};

class Dump {
  public:
    Dump(const Graph& graph, int64_t mostElements) : graph_(graph), mostElements_(mostElements) {
        std::unordered_map<std::string, int> counts;
        for (const Value& value : graph.values()) {
            ++counts[value.name];
        }
        for (const Value& value : graph.values()) {
            std::string name = value.name;
            while (name.empty() || counts[name] > 1) {
                name += '#' + std::to_string(value.id.index);
            }
            ++counts[name];
            names_.push_back('%' + nameText(name));
        }
    }

    std::string text() {
        for (const ValueId input : graph_.inputs()) {
            out_ << defined(input) << " = input\n";
        }
        for (const Value& value : graph_.values()) {
            if (value.constant) {
                out_ << defined(value.id) << " = constant[" << constantText(*value.constant) << "]\n";
            }
        }
        for (const Node& node : graph_.nodes()) {
            add(node);
        }
        for (size_t i = 0; i < graph_.outputs().size(); ++i) {
            out_ << "output " << name(graph_.outputs()[i]) << " = " << quotedText(graph_.outputNames()[i])
                 << '\n';
        }
        if (graph_.fixedBatch() != 0) {
            out_ << "batch " << graph_.fixedBatch() << '\n';
        }
        return out_.str();
    }

  private:
    const std::string& name(ValueId id) const { return names_.at(static_cast<size_t>(id.index)); }

    std::string defined(ValueId id) const {
        const Value& value = graph_.value(id);
        const at::ScalarType type = value.constant ? value.constant->scalar_type() : value.dtype;
        std::string text = name(id) + shapeText(value.shape, type);
        if (value.qparams) {
            const QParams& grid = *value.qparams;
            text += '@' + std::string(toString(grid.dtype)) + "(scale=" + listText(grid.scale, numberText) +
                    ", zero=" + listText(grid.zeroPoint, integerText) + ", range=[" +
                    std::to_string(grid.quantMin) + ", " + std::to_string(grid.quantMax) +
                    "], axis=" + std::to_string(grid.axis) + ')';
        }
        return text;
    }

    std::string constantText(const at::Tensor& tensor) const {
        return tensor.numel() > mostElements_ ? "omitted" : "values=" + elementsText(tensor);
    }

    void add(const Node& node) {
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            out_ << (i ? ", " : "") << defined(node.outputs[i]);
        }
        out_ << " = " << nameText(node.op);
        const char* before = "[";
        for (const auto& [name, attribute] : node.attrs.all()) {
            out_ << before << nameText(name) << '=' << std::visit(AttributeText(), attribute);
            before = ", ";
        }
        out_ << (node.attrs.all().empty() ? "(" : "](");
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            out_ << (i ? ", " : "") << name(node.inputs[i]);
        }
        out_ << ")  # " << nameText(node.name);
        if (!node.scope.empty()) {
            out_ << " @" << nameText(node.scope);
        }
        out_ << '\n';
    }

    const Graph& graph_;
    int64_t mostElements_;
    std::vector<std::string> names_;  ///< by value, as the text has them
    std::ostringstream out_;
};

}  // namespace

std::string Graph::dump(int64_t mostElements) const {
    return Dump(*this, mostElements).text();
}

}  // namespace qs
