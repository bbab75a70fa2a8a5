#include "graph/parse_graph.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include <array>
#include <map>
#include <set>
#include <stdexcept>

#include "graph/text_cursor.h"

namespace qs {

namespace {

constexpr int64_t kMostElements = int64_t{1} << 26;  // of a constant that a text generates

constexpr std::array kElementTypes{std::pair{at::kFloat, std::string_view("float32")},
                                   std::pair{at::kDouble, std::string_view("float64")},
                                   std::pair{at::kHalf, std::string_view("float16")},
                                   std::pair{at::kBFloat16, std::string_view("bfloat16")},
                                   std::pair{at::kLong, std::string_view("int64")},
                                   std::pair{at::kInt, std::string_view("int32")},
                                   std::pair{at::kShort, std::string_view("int16")},
                                   std::pair{at::kChar, std::string_view("int8")},
                                   std::pair{at::kByte, std::string_view("uint8")},
                                   std::pair{at::kBool, std::string_view("bool")}};

/// What a line says of a value that it defines.
struct Definition {
    std::string name;
    Shape shape = {};
    at::ScalarType type = at::kFloat;
    std::optional<QParams> qparams = {};
};

/// A number or a list of one kind, as attributes have them.
class Reader {
  public:
    explicit Reader(TextCursor& text) : text_(text) {}

    std::vector<int64_t> integers() {
        return list<int64_t>([&] { return text_.integer(); });
    }
    /// Integers are numbers too.
    std::vector<double> numbers() {
        return list<double>([&] { return text_.number(); });
    }

    std::pair<Shape, at::ScalarType> shape() {
        std::pair<Shape, at::ScalarType> read{{}, at::kFloat};
        if (!text_.take('(')) {
            return read;
        }
        while (!text_.at(')') && !text_.at(';')) {
            if (!read.first.empty()) {
                text_.expect(',');
            }
            read.first.push_back(text_.integer());
            if (read.first.back() < 0) {
                text_.fail("an extent is negative");
            }
        }
        if (text_.take(';')) {
            read.second = elementType(text_.name());
        }
        text_.expect(')');
        return read;
    }

    Attribute attribute() {
        if (text_.take('<')) {
            Attribute constant = c10::IValue(ivalue());
            text_.expect('>');
            return constant;
        }
        if (text_.at('"')) {
            return text_.quoted();
        }
        if (text_.at('[')) {
            return listAttribute();
        }
        if (!text_.atNumber()) {
            return wordAttribute(text_.name());
        }
        return numberAttribute();
    }

    at::Tensor elements(const Shape& shape, at::ScalarType type) {
        const std::vector<double> numbers = this->numbers();
        if (static_cast<int64_t>(numbers.size()) != count(shape)) {
            text_.fail("there are " + std::to_string(numbers.size()) + " values for " +
                       std::to_string(count(shape)) + " elements");
        }
        return at::tensor(numbers, at::kDouble).to(type).reshape(shape);
    }

    int64_t count(const Shape& shape) {
        int64_t elements = 1;
        for (const int64_t extent : shape) {
            if (extent > 0 && elements > kMostElements / extent) {
                text_.fail("a constant has too many elements");
            }
            elements *= extent;
        }
        return elements;
    }

  private:
    template <typename T, typename Read>
    std::vector<T> list(const Read& read) {
        std::vector<T> all;
        text_.expect('[');
        while (!text_.take(']')) {
            if (!all.empty()) {
                text_.expect(',');
            }
            all.push_back(read());
        }
        return all;
    }

    at::ScalarType elementType(const std::string& name) {
        for (const auto& [type, known] : kElementTypes) {
            if (known == name) {
                return type;
            }
        }
        text_.fail("'" + name + "' is no element type");
    }

    Attribute numberAttribute() {
        return text_.atInteger() ? Attribute(text_.integer()) : Attribute(text_.number());
    }

    Attribute listAttribute() {
        TextCursor ahead = text_;
        ahead.expect('[');
        if (ahead.at('"')) {
            return list<std::string>([&] { return text_.quoted(); });
        }
        bool whole = true;  // integers alone make a list of them
        while (!ahead.take(']')) {
            whole = whole && ahead.atInteger();
            ahead.number();
            if (!ahead.at(']')) {
                ahead.expect(',');
            }
        }
        return whole ? Attribute(integers()) : Attribute(numbers());
    }

    Attribute wordAttribute(const std::string& word) {
        if (word == "true" || word == "false") {
            return word == "true";
        }
        const bool isEmpty = text_.take('[') && text_.take(']');
        if (isEmpty && word == "ints") {
            return std::vector<int64_t>();
        }
        if (isEmpty && word == "doubles") {
            return std::vector<double>();
        }
        if (isEmpty && word == "strings") {
            return std::vector<std::string>();
        }
        text_.fail("'" + word + "' is no attribute's value");
    }

    c10::IValue ivalue() {
        if (text_.take('?')) {
            text_.fail("a " + text_.name() + " has no text form");
        }
        if (text_.at('"')) {
            return text_.quoted();
        }
        if (text_.atNumber()) {
            return text_.atInteger() ? c10::IValue(text_.integer()) : c10::IValue(text_.number());
        }
        if (text_.at('[')) {
            return ivalueList();
        }
        const std::string word = text_.name();
        if (word == "none") {
            return {};
        }
        if (word == "true" || word == "false") {
            return word == "true";
        }
        if (word == "tensor") {
            const auto [shape, type] = this->shape();
            return elements(shape, type);
        }
        if (text_.take('[') && text_.take(']')) {
            if (word == "doubles") {
                return std::vector<double>();
            }
            if (word == "bools") {
                return c10::List<bool>();
            }
        }
        text_.fail("'" + word + "' is no constant argument");
    }

    c10::IValue ivalueList() {
        TextCursor ahead = text_;
        ahead.expect('[');
        if (ahead.atName() && !ahead.atNumber()) {
            c10::List<bool> all;
            for (const bool one : list<bool>([&] { return text_.name() == "true"; })) {
                all.push_back(one);
            }
            return all;
        }
        const Attribute numbers = listAttribute();
        const auto* integers = std::get_if<std::vector<int64_t>>(&numbers);
        return integers ? c10::IValue(*integers) : c10::IValue(std::get<std::vector<double>>(numbers));
    }

    TextCursor& text_;
};

class Parser {
  public:
    void addLine(std::string_view line) {
        TextCursor text(line);
        if (text.atEnd() || text.at('#')) {
            return;
        }
        if (text.takeWord("output")) {
            addOutput(text);
        } else if (text.takeWord("batch")) {
            graph_.setFixedBatch(text.integer());
        } else {
            addDefinitions(text);
        }
        if (!text.atEnd()) {
            text.fail("'" + text.rest() + "' is left over at its end");
        }
    }

    Graph take() { return std::move(graph_); }

  private:
    void addOutput(TextCursor& text) {
        const ValueId value = reference(text);
        graph_.addOutput(value, text.take('=') ? text.quoted() : graph_.value(value).name);
    }

    void addDefinitions(TextCursor& text) {
        std::vector<Definition> outputs;
        do {
            outputs.push_back(definition(text));
        } while (text.take(','));
        text.expect('=');
        const std::string op = text.name();
        if (op == "input" || op == "constant") {
            if (outputs.size() > 1) {
                text.fail("an " + op + " is one value");
            }
            op == "input" ? addInput(outputs[0]) : addConstant(text, outputs[0]);
        } else {
            addNode(text, op, outputs);
        }
    }

    Definition definition(TextCursor& text) {
        text.expect('%');
        Definition value{.name = text.name()};
        if (values_.contains(value.name)) {
            text.fail("%" + value.name + " is defined a second time");
        }
        Reader reader(text);
        std::tie(value.shape, value.type) = reader.shape();
        if (text.take('@')) {
            value.qparams = grid(text);
        }
        return value;
    }

    static QParams grid(TextCursor& text) {
        QParams grid;
        const std::string type = text.name();
        const std::optional<DType> dtype = dtypeFromString(type);
        if (!dtype) {
            text.fail("'" + type + "' is no type of a grid");
        }
        grid.dtype = *dtype;
        Reader reader(text);
        text.expect('(');
        text.expectKey("scale");
        grid.scale = reader.numbers();
        text.expect(',');
        text.expectKey("zero");
        grid.zeroPoint = reader.integers();
        text.expect(',');
        text.expectKey("range");
        const std::vector<int64_t> range = reader.integers();
        text.expect(',');
        text.expectKey("axis");
        grid.axis = static_cast<int>(text.integer());
        text.expect(')');
        if (range.size() != 2 || grid.scale.size() != grid.zeroPoint.size()) {
            text.fail("a grid has a zero point for each scale, and a range of two integers");
        }
        grid.quantMin = range[0];
        grid.quantMax = range[1];
        return grid;
    }

    void adopt(const Definition& definition, ValueId id) {
        Value& value = graph_.value(id);
        value.shape = definition.shape;
        value.dtype = definition.type;
        value.qparams = definition.qparams;
        values_[definition.name] = id;
    }

    void addInput(const Definition& definition) { adopt(definition, graph_.addInput(definition.name)); }

    void addConstant(TextCursor& text, const Definition& definition) {
        text.expect('[');
        const std::string kind = text.name();
        Reader reader(text);
        const int64_t count = reader.count(definition.shape);
        at::Tensor tensor;
        if (kind == "values") {
            text.expect('=');
            tensor = reader.elements(definition.shape, definition.type);
        } else if (kind == "full") {
            text.expect('=');
            tensor = at::full(definition.shape, text.number(), definition.type);
        } else if (kind == "random" && definition.type == at::kFloat) {
            text.expect(',');
            text.expectKey("seed");
            const auto generator = at::detail::createCPUGenerator(static_cast<uint64_t>(text.integer()));
            tensor = count == 0 ? at::empty(definition.shape) : at::randn(definition.shape, generator);
        } else if (kind == "random") {
            text.fail("random constants are float32");
        } else if (kind == "omitted") {
            text.fail("the elements of %" + definition.name +
                      " were left out: write values=[..], full=number, or " + "random, seed=number");
        } else {
            text.fail("a constant is values=[..], full=number, or random, seed=number, not '" + kind + "'");
        }
        text.expect(']');
        adopt(definition, graph_.addConstant(definition.name, std::move(tensor)));
    }

    void addNode(TextCursor& text, const std::string& op, const std::vector<Definition>& outputs) {
        Attributes attrs = attributes(text);
        std::vector<ValueId> inputs;
        text.expect('(');
        while (!text.take(')')) {
            if (!inputs.empty()) {
                text.expect(',');
            }
            inputs.push_back(reference(text));
        }
        std::string name = outputs[0].name, scope;
        if (text.take('#')) {
            name = text.name();
            scope = text.take('@') ? text.name() : "";
        }
        if (!nodes_.insert(name).second) {
            text.fail("another node is called '" + name + "'");
        }
        std::vector<std::string> names;
        for (const Definition& output : outputs) {
            names.push_back(output.name);
        }
        const NodeId id = graph_.addNode(op, name, std::move(attrs), std::move(inputs), names);
        graph_.node(id).scope = scope;
        for (size_t i = 0; i < outputs.size(); ++i) {
            if (values_.contains(outputs[i].name)) {
                text.fail("%" + outputs[i].name + " is defined a second time");
            }
            adopt(outputs[i], graph_.node(id).outputs[i]);
        }
    }

    static Attributes attributes(TextCursor& text) {
        Attributes attrs;
        if (!text.take('[')) {
            return attrs;
        }
        Reader reader(text);
        while (!text.take(']')) {
            if (!attrs.all().empty()) {
                text.expect(',');
            }
            const std::string name = text.name();
            if (attrs.find(name)) {
                text.fail("attribute '" + name + "' is there twice");
            }
            text.expect('=');
            attrs.set(name, reader.attribute());
        }
        return attrs;
    }

    ValueId reference(TextCursor& text) {
        text.expect('%');
        const std::string name = text.name();
        const auto found = values_.find(name);
        if (found == values_.end()) {
            text.fail("%" + name + " is not defined above it");
        }
        return found->second;
    }

    Graph graph_;
    std::map<std::string, ValueId> values_;
    std::set<std::string> nodes_;
};

}  // namespace

std::string_view elementTypeName(at::ScalarType type) {
    for (const auto& [known, name] : kElementTypes) {
        if (known == type) {
            return name;
        }
    }
    return {};
}

Result<Graph> parseGraph(std::string_view text) {
    Parser parser;
    for (size_t begin = 0, number = 1; begin < text.size(); ++number) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        try {
            parser.addLine(text.substr(begin, end - begin));
        } catch (const TextError& error) {
            return failure("line " + std::to_string(number) + " of the graph: " + error.what());
        }
        begin = end + 1;
    }
    return parser.take();
}

}  // namespace qs
