/* packed.c - products with packed weights by oneDNN. */
#include "core/packed.h"

#ifdef GEMM_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#if DNNL_VERSION_MAJOR == 2
#define PACKED 1
#endif
#endif

#ifdef PACKED

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one product; more are cut into such blocks, so that few kernels have to be made. */
static const int block[] = { 64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1 };

enum {
	BLOCKS = sizeof block / sizeof block[0],
	SCRATCH = 8192, /* bytes that a product may want of its caller: several may run at once */
};

/* A product of one block of rows. */
struct kernel {
	dnnl_primitive_t run;
	dnnl_memory_desc_t a, c, scratch;
};

struct packed {
	int n, k;
	dnnl_engine_t engine;
	dnnl_memory_t weight;
	void *weight_x;                             /* its numbers */
	pthread_mutex_t lock;                       /* of making a kernel */
	_Atomic(struct kernel *) kernel[2][BLOCKS]; /* [add]; NULL until asked for */
};

/* Of the OpenMP runtime that the library is linked with; holds for the calling thread. */
extern void omp_set_num_threads(int);

static bool fails(dnnl_status_t status)
{
	return status != dnnl_success;
}

static dnnl_primitive_attr_t attributes(bool add)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t after = NULL;

	if (fails(dnnl_primitive_attr_create(&attr)))
		return NULL;
	dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
	if (add && !fails(dnnl_post_ops_create(&after))) {
		dnnl_post_ops_append_sum(after, 1);
		dnnl_primitive_attr_set_post_ops(attr, after);
		dnnl_post_ops_destroy(after);
	}
	return attr;
}

static size_t scratch_size(const_dnnl_primitive_desc_t description)
{
	return dnnl_memory_desc_get_size(
		dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0));
}

/* A product of m rows whose weights lie as the library likes best; NULL where it has no kernel made
 * for that, or one that wants much memory. */
static dnnl_primitive_desc_t describe(dnnl_engine_t engine, int m, int n, int k, bool add)
{
	const dnnl_dims_t a_dims = { m, k }, w_dims = { k, n }, c_dims = { m, n };
	dnnl_memory_desc_t a, w, c;
	dnnl_primitive_desc_t description = NULL;
	dnnl_primitive_attr_t attr = attributes(add);
	dnnl_matmul_desc_t product;
	const char *name = "";

	omp_set_num_threads(1);
	dnnl_memory_desc_init_by_tag(&a, 2, a_dims, dnnl_f32, dnnl_ab);
	dnnl_memory_desc_init_by_tag(&w, 2, w_dims, dnnl_f32, dnnl_format_tag_any);
	dnnl_memory_desc_init_by_tag(&c, 2, c_dims, dnnl_f32, dnnl_ab);
	if (attr && !fails(dnnl_matmul_desc_init(&product, &a, &w, NULL, &c)) &&
	    !fails(dnnl_primitive_desc_create(&description, &product, attr, engine, NULL)))
		dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
	dnnl_primitive_attr_destroy(attr);
	if (description && (strncmp(name, "brg:", 4) || scratch_size(description) > SCRATCH)) {
		dnnl_primitive_desc_destroy(description);
		return NULL;
	}
	return description;
}

static dnnl_memory_t wrap(const struct packed *p, const dnnl_memory_desc_t *description, void *x)
{
	dnnl_memory_t memory;

	if (fails(dnnl_memory_create(&memory, description, p->engine, x)))
		panic("oneDNN: no memory for an operand of %d x %d", p->n, p->k);
	return memory;
}

static bool execute(const struct packed *p, dnnl_primitive_t kernel, int arguments,
                    const dnnl_exec_arg_t *argument)
{
	dnnl_stream_t stream;
	bool done;

	if (fails(dnnl_stream_create(&stream, p->engine, dnnl_stream_default_flags)))
		return false;
	omp_set_num_threads(1);
	done = !fails(dnnl_primitive_execute(kernel, stream, arguments, argument));
	dnnl_stream_destroy(stream);
	return done;
}

/* Copies w to where p->weight is made. */
static bool lay_out(struct packed *p, const real *w)
{
	const dnnl_dims_t dims = { p->k, p->n }, strides = { 1, p->k };
	dnnl_primitive_desc_t product = describe(p->engine, block[0], p->n, p->k, false);
	dnnl_primitive_desc_t reorder = NULL;
	dnnl_primitive_t kernel = NULL;
	const dnnl_memory_desc_t *to;
	dnnl_memory_desc_t from;
	dnnl_memory_t source = NULL;
	bool done = false;

	if (!product)
		return false;
	to = dnnl_primitive_desc_query_md(product, dnnl_query_weights_md, 0);
	p->weight_x = memory_aligned(1, dnnl_memory_desc_get_size(to));
	if (!fails(dnnl_memory_desc_init_by_strides(&from, 2, dims, dnnl_f32, strides)) &&
	    !fails(dnnl_memory_create(&source, &from, p->engine, (void *)w)) &&
	    !fails(dnnl_memory_create(&p->weight, to, p->engine, p->weight_x)) &&
	    !fails(dnnl_reorder_primitive_desc_create(&reorder, &from, p->engine, to, p->engine,
	                                              NULL)) &&
	    !fails(dnnl_primitive_create(&kernel, reorder))) {
		const dnnl_exec_arg_t argument[] = { { DNNL_ARG_FROM, source },
			                             { DNNL_ARG_TO, p->weight } };

		done = execute(p, kernel, 2, argument);
	}
	dnnl_primitive_destroy(kernel);
	dnnl_primitive_desc_destroy(reorder);
	dnnl_primitive_desc_destroy(product);
	dnnl_memory_destroy(source);
	return done;
}

struct packed *packed_new(const struct gemm *gemm, int n, int k, const real *w)
{
	struct packed *p;

	if (gemm->many_rows != &gemm_onednn)
		return NULL;
	p = memory_new(1, sizeof *p);
	p->n = n;
	p->k = k;
	pthread_mutex_init(&p->lock, NULL);
	if (!fails(dnnl_engine_create(&p->engine, dnnl_cpu, 0)) && lay_out(p, w))
		return p;
	packed_free(p);
	return NULL;
}

void packed_free(struct packed *p)
{
	if (!p)
		return;
	for (int add = 0; add < 2; add++)
		for (int i = 0; i < BLOCKS; i++) {
			struct kernel *kernel = atomic_load(&p->kernel[add][i]);

			if (kernel && kernel->run)
				dnnl_primitive_destroy(kernel->run);
			free(kernel);
		}
	dnnl_memory_destroy(p->weight);
	free(p->weight_x);
	dnnl_engine_destroy(p->engine);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* Its run is NULL where the library has no such product of weights that lie as these do. */
static struct kernel *make_kernel(struct packed *p, int i, bool add)
{
	dnnl_primitive_desc_t description = describe(p->engine, block[i], p->n, p->k, add);
	const dnnl_memory_desc_t *laid_out;
	struct kernel *kernel = memory_new(1, sizeof *kernel);

	if (!description)
		return kernel;
	if (!fails(dnnl_memory_get_memory_desc(p->weight, &laid_out)) &&
	    dnnl_memory_desc_equal(
		    laid_out, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0)) &&
	    fails(dnnl_primitive_create(&kernel->run, description)))
		kernel->run = NULL;
	kernel->a = *dnnl_primitive_desc_query_md(description, dnnl_query_src_md, 0);
	kernel->c = *dnnl_primitive_desc_query_md(description, dnnl_query_dst_md, 0);
	kernel->scratch = *dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
	dnnl_primitive_desc_destroy(description);
	return kernel;
}

static const struct kernel *kernel_of(struct packed *p, int i, bool add)
{
	struct kernel *kernel = atomic_load(&p->kernel[add][i]);

	if (kernel)
		return kernel;
	pthread_mutex_lock(&p->lock);
	kernel = atomic_load(&p->kernel[add][i]);
	if (!kernel) {
		kernel = make_kernel(p, i, add);
		atomic_store(&p->kernel[add][i], kernel);
	}
	pthread_mutex_unlock(&p->lock);
	return kernel;
}

static void multiply_block(struct packed *p, int i, const real *a, bool add, real *c)
{
	_Alignas(64) char scratch[SCRATCH];
	const struct kernel *kernel = kernel_of(p, i, add);
	const dnnl_exec_arg_t argument[] = {
		{ DNNL_ARG_WEIGHTS, p->weight },
		{ DNNL_ARG_SRC, wrap(p, &kernel->a, (real *)a) },
		{ DNNL_ARG_DST, wrap(p, &kernel->c, c) },
		{ DNNL_ARG_SCRATCHPAD, wrap(p, &kernel->scratch, scratch) },
	};

	if (!execute(p, kernel->run, 4, argument))
		panic("oneDNN: a product of %d x %d x %d failed", block[i], p->n, p->k);
	for (int j = 1; j < 4; j++)
		dnnl_memory_destroy(argument[j].memory);
}

bool packed_multiply(struct packed *p, int m, const real *a, bool add, real *c)
{
	for (int i = 0, rest = m; i < BLOCKS; rest %= block[i++])
		if (rest >= block[i] && !kernel_of(p, i, add)->run)
			return false;
	for (int i = 0; i < BLOCKS; i++)
		for (; m >= block[i]; m -= block[i]) {
			multiply_block(p, i, a, add, c);
			a += (size_t)block[i] * (size_t)p->k;
			c += (size_t)block[i] * (size_t)p->n;
		}
	return true;
}

#else

struct packed *packed_new(const struct gemm *gemm, int n, int k, const real *w)
{
	(void)gemm;
	(void)n;
	(void)k;
	(void)w;
	return NULL;
}

void packed_free(struct packed *p)
{
	(void)p;
}

bool packed_multiply(struct packed *p, int m, const real *a, bool add, real *c)
{
	(void)p;
	(void)m;
	(void)a;
	(void)add;
	(void)c;
	return false;
}

#endif
