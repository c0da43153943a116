/* sentencepiece.cc - the C face of SentencePiece.
 *
 * Exceptions of learning and opening become messages; later only memory can run out, which ends the
 * program as everywhere. */
#include "data/sentencepiece.h"

extern "C" {
#include "data/merge.h"
}

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace sp = sentencepiece;

/* Words that one thread at a time has seen, and their ids. */
struct words {
	std::mutex lock;
	struct string_table table = {};
	std::vector<int> id;
	std::vector<size_t> start{0}; /* of word number w's in id, up to that of w + 1 */

	~words()
	{
		forget();
	}
	void forget()
	{
		string_table_free(&table);
		id = std::vector<int>();
		start = std::vector<size_t>{0};
	}
};

constexpr int WORD_SETS = 8; /* threads that remember at once */

struct pieces {
	sp::SentencePieceProcessor processor;
	bool by_words = false; /* a text's ids are those of its words, one after the other */
	mutable struct words words[WORD_SETS];
	struct merges merges = {}; /* of all pieces but the special ones, where by_words */

	~pieces()
	{
		merges_free(&merges);
	}
};

namespace
{

class lines_iterator : public sp::SentenceIterator
{
	const struct line *at_, *end_;
	std::string value_;

	void read()
	{
		if (at_ != end_)
			value_.assign(at_->text, at_->bytes);
	}

public:
	lines_iterator(const struct line *line, size_t lines) : at_(line), end_(line + lines)
	{
		read();
	}
	bool done() const override
	{
		return at_ == end_;
	}
	void Next() override
	{
		at_++;
		read();
	}
	const std::string &value() const override
	{
		return value_;
	}
	sp::util::Status status() const override
	{
		return sp::util::Status();
	}
};

/* The protocol buffer wire format of sentencepiece_model.proto, as far as a model needs it. */
enum wire { WIRE_VARINT = 0, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum { MODEL_PIECES = 1, MODEL_TRAINER = 2 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TYPE_NORMAL = 1, TYPE_UNKNOWN = 2, TYPE_CONTROL = 3 };
enum { TRAINER_MODEL_TYPE = 3, TRAINER_UNKNOWN = 40, TRAINER_BEGIN, TRAINER_END, TRAINER_PAD };
enum { MODEL_UNIGRAM = 1, MODEL_BPE = 2 };
enum { ID_PAD, ID_UNKNOWN, ID_BEGIN, ID_END, ID_SPECIALS };

/* SentencePiece learns nothing from text that looks like a special token. With a blank, which it
 * always writes as U+2581, no text does. */
const char *const special_name[ID_SPECIALS] = {"<pad >", "<unk >", "<s >", "</s >"};

void put_varint(std::string &out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		out += static_cast<char>(value | 0x80);
	out += static_cast<char>(value);
}

void put_number(std::string &out, unsigned field, uint64_t value)
{
	put_varint(out, field << 3 | WIRE_VARINT);
	put_varint(out, value);
}

void put_bytes(std::string &out, unsigned field, const std::string &bytes)
{
	put_varint(out, field << 3 | WIRE_BYTES);
	put_varint(out, bytes.size());
	out += bytes;
}

void put_float(std::string &out, unsigned field, float value)
{
	uint32_t bits;

	std::memcpy(&bits, &value, sizeof bits);
	put_varint(out, field << 3 | WIRE_FIXED32);
	for (int shift = 0; shift < 32; shift += 8)
		out += static_cast<char>(bits >> shift);
}

std::string model_bytes(bool unigram, char *const *piece, const float *score, int size)
{
	std::string model, trainer;

	for (int id = 0; id < size; id++) {
		std::string one;

		put_bytes(one, PIECE_TEXT, id < ID_SPECIALS ? special_name[id] : piece[id]);
		put_float(one, PIECE_SCORE, score[id]);
		put_number(one, PIECE_TYPE,
			   id >= ID_SPECIALS   ? TYPE_NORMAL
			   : id == ID_UNKNOWN ? TYPE_UNKNOWN
					      : TYPE_CONTROL);
		put_bytes(model, MODEL_PIECES, one);
	}
	put_number(trainer, TRAINER_MODEL_TYPE, unigram ? MODEL_UNIGRAM : MODEL_BPE);
	put_number(trainer, TRAINER_UNKNOWN, ID_UNKNOWN);
	put_number(trainer, TRAINER_BEGIN, ID_BEGIN);
	put_number(trainer, TRAINER_END, ID_END);
	put_number(trainer, TRAINER_PAD, ID_PAD);
	put_bytes(model, MODEL_TRAINER, trainer);
	return model;
}

std::string learn(bool unigram, int size, const struct line *line, size_t lines)
{
	const std::unordered_map<std::string, std::string> options = {
		{"model_type", unigram ? "unigram" : "bpe"},
		{"vocab_size", std::to_string(size)},
		{"hard_vocab_limit", "false"}, /* the caller says what is missing */
		{"pad_id", std::to_string(ID_PAD)},
		{"unk_id", std::to_string(ID_UNKNOWN)},
		{"bos_id", std::to_string(ID_BEGIN)},
		{"eos_id", std::to_string(ID_END)},
		{"pad_piece", special_name[ID_PAD]},
		{"unk_piece", special_name[ID_UNKNOWN]},
		{"bos_piece", special_name[ID_BEGIN]},
		{"eos_piece", special_name[ID_END]},
		{"character_coverage", "1.0"},
		{"normalization_rule_name", "identity"},
		{"max_sentence_length", std::to_string(PIECES_LONGEST_LINE)},
		{"num_threads", "1"},
		{"minloglevel", "5"},
	};
	lines_iterator iterator(line, lines);
	std::string model;
	const auto status = sp::SentencePieceTrainer::Train(options, &iterator, &model);

	if (!status.ok())
		throw std::runtime_error(status.error_message());
	return model;
}

/* Merging goes on inside of words if no piece reaches from one into the next: a blank (U+2581) is a
 * piece, and others have it in front alone. Unigram pieces are chosen by sums over the text. */
bool encodes_by_words(const sp::SentencePieceProcessor &processor, bool unigram)
{
	const std::string blank = "\u2581";

	if (unigram || processor.PieceToId(blank) == processor.unk_id())
		return false;
	for (int id = ID_SPECIALS; id < processor.GetPieceSize(); id++)
		if (processor.IdToPiece(id).find(blank, 1) != std::string::npos)
			return false;
	return true;
}

struct pieces *open_model(const std::string &model, bool unigram)
{
	auto opened = std::make_unique<struct pieces>();
	const auto status = opened->processor.LoadFromSerializedProto(model);

	if (!status.ok())
		throw std::runtime_error(status.error_message());
	opened->by_words = encodes_by_words(opened->processor, unigram);
	for (int id = ID_SPECIALS; opened->by_words && id < opened->processor.GetPieceSize(); id++) {
		const std::string &piece = opened->processor.IdToPiece(id);

		merges_add(&opened->merges, piece.data(), piece.size(),
			   opened->processor.GetScore(id));
	}
	return opened.release();
}

std::vector<int> encode(const sp::SentencePieceProcessor &processor, absl::string_view text)
{
	std::vector<int> ids;

	processor.Encode(text, &ids).IgnoreError();
	return ids;
}

/* Ids on their way to the caller. */
struct output {
	int *id;
	size_t capacity, count;

	void add(const int *from, size_t n)
	{
		if (count < capacity)
			std::copy_n(from, std::min(n, capacity - count), id + count);
		count += n;
	}
};

/* SentencePiece's own way is the same and slower; it knows what to do with unknown characters. */
std::vector<int> encode_word(const struct pieces *pieces, absl::string_view word)
{
	const std::string whole = "\u2581" + std::string(word.data(), word.size());
	int number[MERGE_LONGEST];
	const size_t count = merge_word(&pieces->merges, whole.data(), whole.size(), number);
	std::vector<int> ids(number, number + count);

	for (int &id : ids)
		id += ID_SPECIALS;
	return count ? ids : encode(pieces->processor, word);
}

size_t learn_word(const struct pieces *pieces, struct words *words, absl::string_view word)
{
	const std::vector<int> ids = encode_word(pieces, word);

	words->id.insert(words->id.end(), ids.begin(), ids.end());
	words->start.push_back(words->id.size());
	return string_table_add(&words->table, word.data(), word.size());
}

/* Words come again and again, and their ids are looked up. */
void encode_by_words(const struct pieces *pieces, struct words *words, absl::string_view text,
		     struct output *output)
{
	constexpr size_t most = 1 << 18; /* words remembered */

	for (size_t at = 0, end; at < text.size(); at = end + 1) {
		end = std::min(text.find(' ', at), text.size());
		if (end == at)
			continue;
		const absl::string_view word(text.data() + at, end - at);
		size_t number = string_table_find(&words->table, word.data(), word.size());

		if (number == words->table.count)
			number = learn_word(pieces, words, word);
		output->add(words->id.data() + words->start[number],
			    words->start[number + 1] - words->start[number]);
		if (words->table.count > most)
			words->forget();
	}
}

/* A set of words that no other thread has now, or NULL. */
struct words *take_words(const struct pieces *pieces)
{
	for (struct words &words : pieces->words)
		if (words.lock.try_lock())
			return &words;
	return nullptr;
}

template <typename Make>
struct pieces *guarded(char *message, size_t message_size, Make make)
{
	try {
		return make();
	} catch (const std::exception &problem) {
		std::snprintf(message, message_size, "SentencePiece: %s", problem.what());
	} catch (...) {
		std::snprintf(message, message_size, "SentencePiece: unknown exception");
	}
	return nullptr;
}

} // namespace

bool pieces_can_learn_from(const struct line *line)
{
	return line->bytes && line->bytes <= PIECES_LONGEST_LINE &&
	       absl::string_view(line->text, line->bytes).find("\u2585") == absl::string_view::npos;
}

struct pieces *pieces_train(bool unigram, int size, const struct line *line, size_t lines,
			    char *message, size_t message_size)
{
	return guarded(message, message_size,
		       [&] { return open_model(learn(unigram, size, line, lines), unigram); });
}

struct pieces *pieces_new(bool unigram, char *const *piece, const float *score, int size,
			  char *message, size_t message_size)
{
	return guarded(message, message_size,
		       [&] { return open_model(model_bytes(unigram, piece, score, size), unigram); });
}

void pieces_free(struct pieces *pieces)
{
	delete pieces;
}

int pieces_size(const struct pieces *pieces)
{
	return pieces->processor.GetPieceSize();
}

const char *pieces_piece(const struct pieces *pieces, int id)
{
	return pieces->processor.IdToPiece(id).c_str();
}

float pieces_score(const struct pieces *pieces, int id)
{
	return pieces->processor.GetScore(id);
}

size_t pieces_encode(const struct pieces *pieces, const char *text, size_t bytes, int *id,
		     size_t capacity)
{
	const absl::string_view all(text, bytes);
	struct output output = {id, capacity, 0};
	struct words *words = pieces->by_words ? take_words(pieces) : nullptr;

	if (!words)
		return pieces_encode_whole(pieces, text, bytes, id, capacity);
	encode_by_words(pieces, words, all, &output);
	words->lock.unlock();
	return output.count;
}

size_t pieces_encode_whole(const struct pieces *pieces, const char *text, size_t bytes, int *id,
			   size_t capacity)
{
	const std::vector<int> ids = encode(pieces->processor, absl::string_view(text, bytes));

	std::copy_n(ids.begin(), std::min(ids.size(), capacity), id);
	return ids.size();
}

void pieces_forget(const struct pieces *pieces)
{
	for (struct words &words : pieces->words) {
		const std::lock_guard<std::mutex> alone(words.lock);

		words.forget();
	}
}

size_t pieces_decode(const struct pieces *pieces, const int *id, size_t count, char *text,
		     size_t capacity)
{
	std::string whole;

	pieces->processor.Decode(std::vector<int>(id, id + count), &whole).IgnoreError();
	std::copy_n(whole.begin(), std::min(whole.size(), capacity), text);
	return whole.size();
}
